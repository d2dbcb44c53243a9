import type { Reviews } from '@bookinfo/contracts'
import { html, type FastifyReply, type Html, type UpstreamResult } from '@bookinfo/service-kit'

/** The times of a page's parts, in milliseconds. Details and reviews are called at the same time, so the sum is more than the total. */
export interface Timings {
  /** From the start of the request to the calls. */
  before: number
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
export function serverTiming({ details, reviews, ratings, total }: Timings): string {
  const entries = Object.entries<number | undefined>({ details, reviews, ratings, total })
  return entries.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name};dur=${ms.toFixed(1)}`])).join(', ')
}

/** The times as a waterfall, with a link to the page's trace. */
export function timingsView({ before, details, reviews, ratings, total }: Timings, traceUrl: string | undefined): Html {
  return html`<div class="timings small quiet">
    <details>
      <summary>This page took ${format(total)}</summary>
      <p>
        Details and reviews are asked at the same time.
        ${ratings === undefined ? 'Reviews tell of no time for ratings.' : 'Ratings are asked by reviews, at a time that is not known.'}
      </p>
      <dl>
        ${row('details', { start: before, ms: details, total })}
        ${row('reviews', { start: before, ms: reviews, total })}
        ${
          ratings !== undefined &&
          // In the middle of reviews.
          row('ratings, for reviews', { start: before + Math.max(0, reviews - ratings) / 2, ms: ratings, total })
        }
        ${row('this page, in all', { start: 0, ms: total, total })}
      </dl>
    </details>
    ${traceUrl !== undefined && html`<a href="${traceUrl}">See its trace</a>`}
  </div>`
}

function row(name: string, { start, ms, total }: { start: number; ms: number; total: number }): Html {
  const percent = (part: number) => ((100 * part) / total).toFixed(1)
  return html`<div>
    <dt>${name}</dt>
    <dd>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect x="${percent(start)}" width="${percent(Math.max(ms, total / 100))}" height="6" rx="1" />
      </svg>
      ${format(ms)}
    </dd>
  </div>`
}

function format(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`
}
