import { Type, type Static } from 'typebox'
import { Stars } from './ratings.ts'

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

/** `id` is text here and a number everywhere else: so it is in the original. */
export const Reviews = Type.Object({
  id: Type.String(),
  podname: Type.String({ maxLength: 253, description: '"null" where the platform names no pod' }),
  clustername: Type.Optional(Type.String({ maxLength: 253, description: '"null" where no cluster is named' })),
  reviews: Type.Array(Review, { maxItems: 100 })
})
export type Reviews = Static<typeof Reviews>
