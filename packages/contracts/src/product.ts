import { Type, type Static } from 'typebox'
import { ProductId } from './product-id.ts'

export const Product = Type.Object({
  id: ProductId,
  title: Type.String(),
  descriptionHtml: Type.String({ description: 'Trusted HTML, written in the service itself' })
})
export type Product = Static<typeof Product>

export const Products = Type.Array(Product)
