import type { Reviews } from '@bookinfo/contracts'
import { html, type FastifyReply, type Html, type UpstreamResult } from '@bookinfo/service-kit'

/** The times of a page's parts, in milliseconds. Details and reviews are called at the same time, so the sum is more than the total. */
export interface Timings {
  details: number
  reviews: number
  /** The time that reviews report for their call; undefined if they report none. */
  ratings: number | undefined
  /** From the start of the request to the finished page, before it is sent. */
  total: number
}

/** Measures an answer by the clock of the reply that waits for it. */
export async function timed<T>(reply: FastifyReply, answer: Promise<T>): Promise<{ answer: T; ms: number }> {
  const start = reply.elapsedTime
  return { answer: await answer, ms: reply.elapsedTime - start }
}

/** Reads the time of ratings from the `Server-Timing` header of reviews. */
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

/** The times as bars, with a link to the page's trace. */
export function timingsView({ details, reviews, ratings, total }: Timings, traceUrl: string | undefined): Html {
  const rows: [name: string, ms: number | undefined][] = [
    ['details', details],
    ['reviews', reviews],
    ['ratings, for reviews', ratings],
    ['this page, in all', total]
  ]
  return html`<details class="timings small quiet">
    <summary>This page took ${format(total)}</summary>
    <p>
      Details and reviews are asked at the same time. ${ratings === undefined && 'Reviews tell of no time for ratings.'}
    </p>
    <dl>
      ${rows.map(
        ([name, ms]) =>
          ms !== undefined &&
          html`<div>
            <dt>${name}</dt>
            <dd>
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                <rect width="${Math.max(1, (100 * ms) / total).toFixed(1)}" height="6" rx="1" />
              </svg>
              ${format(ms)}
            </dd>
          </div>`
      )}
    </dl>
    ${traceUrl !== undefined && html`<p><a href="${traceUrl}">See its trace</a></p>`}
  </details>`
}

function format(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}
