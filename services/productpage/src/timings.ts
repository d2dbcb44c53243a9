import type { Reviews } from '@bookinfo/contracts'
import type { FastifyReply, UpstreamResult } from '@bookinfo/service-kit'

/** Where a page's time went, in milliseconds. Details and reviews are asked at the same time, so they do not add up. */
export interface Timings {
  details: number
  reviews: number
  /** As reviews say it; undefined if they asked nobody, or did not say. */
  ratings: number | undefined
  /** From the request to this page, written but not yet sent. */
  total: number
}

/** How long an answer took, by the clock of the reply that waits for it. */
export async function timed<T>(reply: FastifyReply, answer: Promise<T>): Promise<{ answer: T; ms: number }> {
  const start = reply.elapsedTime
  return { answer: await answer, ms: reply.elapsedTime - start }
}

/** Reads what reviews say in their `Server-Timing` header of the time that ratings took. */
export function ratingsTime(reviews: UpstreamResult<Reviews>): number | undefined {
  const [, ms] =
    /(?:^|,) *ratings;dur=([0-9]{1,7}(?:\.[0-9]{1,3})?)/.exec((reviews.ok && reviews.serverTiming) || '') ?? []
  return ms === undefined ? undefined : Number(ms)
}

/** The `Server-Timing` header (https://www.w3.org/TR/server-timing/), for the browser's developer tools. */
export function serverTiming(timings: Timings): string {
  const entries = Object.entries<number | undefined>({ ...timings })
  return entries.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name};dur=${ms.toFixed(1)}`])).join(', ')
}
