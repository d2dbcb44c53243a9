import { Ratings, type GivenRatings, type ProductId } from '@bookinfo/contracts'
import { Type, type Static } from 'typebox'

/**
 * What a store answers: the contract's, but for a reviewer for whom the original's table holds NULL. That is passed on as
 * `null`, as the original does, and those who ask take the answer for none. (Of a union of types the serializer would try
 * each; so they are one type, in the words of JSON Schema.)
 */
export const StoredRatings = Type.Object({
  ...Ratings.properties,
  ratings: Type.Record(Type.String(), Type.Unsafe<number | null>({ type: ['integer', 'null'] }))
})
export type StoredRatings = Static<typeof StoredRatings>

/** Stars as the original's table holds them: a row may be missing (0), or hold nothing (null). */
export type OriginalStars = readonly (number | null)[]

/**
 * The original's answer, which knows two reviewers and no products, with the stars over it that were given for this product:
 * those of other reviewers follow by name, so that every database answers alike.
 */
export function mergeRatings(
  id: ProductId,
  [first = 0, second = 0]: OriginalStars,
  given: GivenRatings
): StoredRatings {
  const byName = Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1))
  // From entries and not by assignment: a name may be `__proto__`.
  return { id, ratings: Object.fromEntries([['Reviewer1', first], ['Reviewer2', second], ...byName]) }
}

/** @throws TypeError where a table that is called like the original's holds what are no stars */
export function toStars(value: unknown): number | null {
  if (value === null || value === undefined) return null
  const stars = Number(value)
  if (!Number.isInteger(stars)) throw new TypeError('the ratings table holds what are no stars')
  return stars
}
