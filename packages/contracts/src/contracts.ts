import { Type, type Static } from 'typebox'

export { callGraph, calledBy, serviceNames, type Edge, type ServiceName } from './call-graph.ts'

/** The largest `int` of Java, in which the original's reviews kept its ids. Every service has this one limit. */
const MAX_PRODUCT_ID = 2_147_483_647
const MAX_REVIEWERS = 100

export const ProductId = Type.Integer({
  minimum: 0,
  maximum: MAX_PRODUCT_ID,
  description: 'A decimal number. Every product exists; the list names only number 0.'
})
export type ProductId = Static<typeof ProductId>

export const ProductIdParams = Type.Object({ id: ProductId })

/**
 * Reads a product id from a path: decimal digits, 0 to 2147483647, with or without leading zeros. The services of the original
 * parsed ids in four ways: `010` was 8 in details and 10 elsewhere.
 *
 * @returns undefined if the text is not a product id
 */
export function parseProductId(text: string): ProductId | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined
  const id = Number(text)
  return id <= MAX_PRODUCT_ID ? id : undefined
}

export const Product = Type.Object({
  id: ProductId,
  title: Type.String(),
  descriptionHtml: Type.String({ description: 'Trusted HTML, written in the service itself' })
})
export type Product = Static<typeof Product>

export const Products = Type.Array(Product)

/**
 * Details v1 sends numbers. An external book service (details v2) may send text or null. This is a list of types and not a union,
 * because for a union the serialiser compiles a validator with the first answer, which took three quarters of its time.
 */
const Countable = Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] })
const Text = Type.Unsafe<string | null>({ type: ['string', 'null'] })

export const BookDetails = Type.Object({
  id: Type.Integer(),
  author: Text,
  year: Countable,
  type: Text,
  pages: Countable,
  publisher: Text,
  language: Text,
  'ISBN-10': Text,
  'ISBN-13': Text
})
export type BookDetails = Static<typeof BookDetails>

/** The stars that a reader may give. */
export const GivenStars = Type.Integer({ minimum: 1, maximum: 5 })
export type GivenStars = Static<typeof GivenStars>

/** The stars that a service may answer: 0 comes from a database without a row for the reviewer. */
export const Stars = Type.Integer({ minimum: 0, maximum: 5 })

export const GivenRatings = Type.Record(Type.String(), GivenStars, {
  maxProperties: MAX_REVIEWERS,
  description: 'Stars by reviewer name'
})
export type GivenRatings = Static<typeof GivenRatings>

export const Ratings = Type.Object({
  id: Type.Integer(),
  ratings: Type.Record(Type.String(), Stars, { maxProperties: MAX_REVIEWERS })
})
export type Ratings = Static<typeof Ratings>

export const Rating = Type.Union([
  Type.Object({
    stars: Stars,
    color: Type.String({ pattern: '^[a-zA-Z]{1,20}$', description: 'Black stars from v2, red ones from v3' })
  }),
  Type.Object({ error: Type.String({ maxLength: 200 }) })
])
export type Rating = Static<typeof Rating>

export const Review = Type.Object({
  reviewer: Type.String({ maxLength: 200 }),
  text: Type.String({ maxLength: 5000 }),
  rating: Type.Optional(Rating)
})
export type Review = Static<typeof Review>

/** As in the original, `id` is text here and a number everywhere else. */
export const Reviews = Type.Object({
  id: Type.String(),
  podname: Type.String({ maxLength: 253, description: '"null" if the platform does not name the pod' }),
  clustername: Type.Optional(Type.String({ maxLength: 253, description: '"null" if the cluster has no name' })),
  reviews: Type.Array(Review, { maxItems: 100 })
})
export type Reviews = Static<typeof Reviews>

/** The body of `/health`, in the original's words. */
export const Health = Type.Object({ status: Type.String() })
export type Health = Static<typeof Health>
