import { Ratings, type GivenRatings, type ProductId } from '@bookinfo/contracts'
import { Type, type Static } from 'typebox'

/**
 * The answer of a store: that of the contract, except that a NULL in the original's table becomes `null`, as in the original. Callers
 * count such an answer as invalid. (For a union the serializer would try each type, so this is one type with two names.)
 */
export const StoredRatings = Type.Object({
  ...Ratings.properties,
  ratings: Type.Record(Type.String(), Type.Unsafe<number | null>({ type: ['integer', 'null'] }))
})
export type StoredRatings = Static<typeof StoredRatings>

/** The rows of the original's table. A missing row counts as 0. */
export type OriginalStars = readonly (number | null)[]

/**
 * Merges the original's stars, which are the same for every product, with the posted stars of one product. Other reviewers are
 * sorted by name, so that every database gives the same answer.
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

/** @throws TypeError if a table with the original's name contains something else */
export function toStars(value: unknown): number | null {
  if (value === null || value === undefined) return null
  const stars = Number(value)
  if (!Number.isInteger(stars)) throw new TypeError('the ratings table contains a value that is no number of stars')
  return stars
}
