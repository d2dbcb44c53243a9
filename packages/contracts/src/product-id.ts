import { Type, type Static } from 'typebox'

/** Java's `int`, which the original's reviews kept its ids in; one bound for every service. */
const MAX_PRODUCT_ID = 2_147_483_647

export const ProductId = Type.Integer({
  minimum: 0,
  maximum: MAX_PRODUCT_ID,
  description: 'A decimal number. Every product exists; the list names only number 0.'
})
export type ProductId = Static<typeof ProductId>

export const ProductIdParams = Type.Object({ id: ProductId })

/**
 * Reads a product id as it stands in a path. The original parsed ids in four ways (`010` was 8 in details, 10 elsewhere);
 * this is the one way: decimal digits, 0 to 2147483647, leading zeros allowed.
 *
 * @returns the number, or undefined for anything else.
 */
export function parseProductId(text: string): ProductId | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined
  const id = Number(text)
  return id <= MAX_PRODUCT_ID ? id : undefined
}
