import { Type, type Static } from 'typebox'

const MAX_REVIEWERS = 100

/** What a reader may give. */
export const GivenStars = Type.Integer({ minimum: 1, maximum: 5 })
export type GivenStars = Static<typeof GivenStars>

/** What a service may answer: a database without a row for a reviewer says 0. */
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
