import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import type { StoredRatings } from '../stored-ratings.ts'

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
