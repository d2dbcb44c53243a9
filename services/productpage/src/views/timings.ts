import { html, type Html } from '@bookinfo/service-kit'
import type { Timings } from '../timings.ts'

/** Where the page's time went, to scale, with a way to its trace. */
export function timingsView({ details, reviews, ratings, total }: Timings, traceUrl: string | undefined): Html {
  const rows: [name: string, ms: number | undefined][] = [
    ['details', details],
    ['reviews', reviews],
    ['ratings, for reviews', ratings],
    ['this page, in all', total]
  ]
  return html`<details class="timings">
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
