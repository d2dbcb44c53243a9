import type { GivenRatings, GivenStars, ProductId, Ratings } from '@bookinfo/contracts'
import type { UpstreamResult } from '@bookinfo/service-kit'
import type { Caller, Upstreams } from '../upstreams/upstreams.ts'

/** A product's ratings, as one reader sees them. */
export interface ReaderStars {
  /** The reader's own stars. */
  own: GivenStars | undefined
  /** The number of readers who have given stars, this reader included. */
  readers: number
  /** The average; 0 without stars. */
  average: number
}

export function readerStars({ ratings }: Ratings, user: string): ReaderStars {
  // A database answers 0 for a reviewer without stars.
  const given = Object.values(ratings).filter((stars) => stars > 0)
  const sum = given.reduce((total, stars) => total + stars, 0)
  return { own: starsOf(ratings, user), readers: given.length, average: given.length === 0 ? 0 : sum / given.length }
}

/**
 * Gives a reader's stars to a product and keeps the stars of all other readers. The original's ratings replace all stars by the
 * posted ones, so they get all stars. They are recognised by the missing `x-service-version`. This suite's ratings keep the others
 * by themselves, in every version.
 *
 * @returns all stars of the product, or a failure; an answer without the reader's stars is a failure too
 */
export async function giveStars(
  upstreams: Upstreams,
  { id, user, stars }: { id: ProductId; user: string; stars: GivenStars },
  caller: Caller
): Promise<UpstreamResult<Ratings>> {
  const before = await upstreams.ratings(id, caller)
  if (!before.ok) return before
  const others = before.version === undefined ? givenIn(before.value) : {}
  const after = await upstreams.giveRatings(id, { ...others, [user]: stars }, caller)
  if (!after.ok || starsOf(after.value.ratings, user) === stars) return after
  return { ok: false, kind: 'malformed', status: undefined, reason: 'the answer does not have the posted stars' }
}

function givenIn({ ratings }: Ratings): GivenRatings {
  return Object.fromEntries(Object.entries(ratings).filter(([, stars]) => stars > 0))
}

/** `hasOwn`, because a reader may be called `constructor`. */
function starsOf(ratings: Ratings['ratings'], user: string): GivenStars | undefined {
  return (Object.hasOwn(ratings, user) && ratings[user]) || undefined
}
