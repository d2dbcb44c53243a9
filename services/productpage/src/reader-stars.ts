import type { GivenRatings, GivenStars, ProductId, Ratings } from '@bookinfo/contracts'
import type { UpstreamResult } from '@bookinfo/service-kit'
import type { Caller, Upstreams } from './upstreams.ts'

/** What a product's ratings say to one reader. */
export interface ReaderStars {
  /** The reader's own, if any. */
  own: GivenStars | undefined
  /** How many have given stars, the reader among them. */
  readers: number
  /** Stars on average; 0 if there are none. */
  average: number
}

export function readerStars({ ratings }: Ratings, user: string): ReaderStars {
  // 0 is what a database says of somebody who has given none.
  const given = Object.values(ratings).filter((stars) => stars > 0)
  const sum = given.reduce((total, stars) => total + stars, 0)
  return { own: starsOf(ratings, user), readers: given.length, average: given.length === 0 ? 0 : sum / given.length }
}

/**
 * Gives a reader's stars to a product, and leaves the stars of all others as they are. The original replaces what it has, so it
 * gets all of them; it is known by naming no version. The suite's own ratings keep what they have, in every version.
 *
 * @returns all stars of the product; a failure too where the reader's are not among them
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
  return { ok: false, kind: 'malformed', status: undefined, reason: 'the stars are not among those that it has' }
}

function givenIn({ ratings }: Ratings): GivenRatings {
  return Object.fromEntries(Object.entries(ratings).filter(([, stars]) => stars > 0))
}

/** A name may be that of something that every object has. */
function starsOf(ratings: Ratings['ratings'], user: string): GivenStars | undefined {
  return (Object.hasOwn(ratings, user) && ratings[user]) || undefined
}
