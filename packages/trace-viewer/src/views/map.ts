import { html, type Html } from '@bookinfo/service-kit'
import { showCount, showDuration, showRate, showShare } from '../figures.ts'
import { layOut } from '../map-layout.ts'
import type { Edge } from '../service-map.ts'
import { liveButton, nothingYet } from './notices.ts'
import { mapPicture } from './map-picture.ts'
import { serviceName, type Palette } from './service-name.ts'

/** A picture with more edges is unreadable. */
const MOST_EDGES = 60

/** Minutes back from now; 0 is everything that is kept. */
export const periods = [1, 5, 15, 0] as const

export interface ServiceMapView {
  edges: readonly Edge[]
  minutes: number
  /** Whether there are any traces at all. */
  isEmpty: boolean
  otlpAddress: string
  palette: Palette
}

/** The content of `/map`. */
export function mapView({ edges, minutes, isEmpty, otlpAddress, palette }: ServiceMapView): Html {
  return html`<div class="head">
      <h1>Service map</h1>
      ${liveButton}
    </div>
    <nav aria-label="How far back">
      <ul>
        ${periods.map(
          (period) =>
            html`<li>
              <a href="/map${period > 0 && `?minutes=${period}`}" ${period === minutes && html`aria-current="true"`}
                >${period === 0 ? 'Everything' : `${period} min`}</a
              >
            </li>`
        )}
      </ul>
    </nav>
    <div id="map" data-live>
      ${isEmpty ? nothingYet(otlpAddress) : edges.length === 0 ? noCalls() : figures(edges, palette)}
    </div>`
}

function noCalls(): Html {
  return html`<section class="card">
    <h2>No calls in this period</h2>
    <p>Reload the suite’s page to make some, or look at <a href="/map">everything that is kept</a>.</p>
  </section>`
}

function figures(edges: readonly Edge[], palette: Palette): Html {
  const drawn = edges.slice(0, MOST_EDGES)
  return html`<div class="map-grid">
    <section class="card" aria-labelledby="picture-title">
      <h2 id="picture-title">Who calls whom</h2>
      ${mapPicture(layOut(drawn), palette)}
      ${drawn.length < edges.length && html`<p class="quiet">The ${MOST_EDGES} busiest of ${edges.length}.</p>`}
    </section>
    <section class="card" aria-labelledby="figures-title">
      <h2 id="figures-title">The same in figures</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of calls">
        <table class="edges small">
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col" class="figure count">Calls</th>
              <th scope="col" class="figure">Rate</th>
              <th scope="col" class="figure">Errors</th>
              <th scope="col" class="figure">p95</th>
            </tr>
          </thead>
          <tbody>
            ${edges.map((edge) => row(edge, palette))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        Durations are the caller’s, where it left a span. p95: 95 of 100 calls took no longer. A dashed service has left
        no span itself.
      </p>
    </section>
  </div>`
}

function row({ from, to, calls, perSecond, errorRate, p95Us, unanswered, isDatabase }: Edge, palette: Palette): Html {
  return html`<tr>
    <th scope="row">
      ${from === undefined ? 'outside' : serviceName(from, palette)}
      <span class="service"
        ><span aria-hidden="true">→</span><span class="unseen"> to </span> ${serviceName(to, palette)}</span
      >
      ${unanswered && !isDatabase && html`<span class="mark odd">no answer seen</span>`}
    </th>
    <td class="figure count" title="${showCount(calls, 'call')}">${calls.toLocaleString('en')}</td>
    <td class="figure">${showRate(perSecond)}</td>
    <td class="figure">
      ${errorRate > 0 ? html`<span class="mark bad">${showShare(errorRate)}</span>` : showShare(errorRate)}
    </td>
    <td class="figure">${showDuration(p95Us)}</td>
  </tr>`
}
