import { html, type Html } from '@bookinfo/service-kit'
import type { Answers } from '../answers.ts'
import { showCount, showRate, showShare } from '../figures.ts'
import { layOut } from '../map-layout.ts'
import type { Party } from '../service-calls.ts'
import type { Edge } from '../service-map.ts'
import { filterHref } from '../trace-filter.ts'
import { errorShare, logsLink, longDuration } from './figure-links.ts'
import { answersView } from './answers.ts'
import { liveButton, nothingYet, periodLinks } from './notices.ts'
import { mapPicture, type PictureContext } from './map-picture.ts'
import { serviceName, type Palette } from './service-name.ts'

/** A picture with more edges is unreadable. */
const MOST_EDGES = 60

export interface ServiceMapView {
  edges: readonly Edge[]
  answers: readonly Answers[]
  minutes: number
  /** Whether there are any traces at all. */
  isEmpty: boolean
  otlpAddress: string
  palette: Palette
}

/** The content of `/map`. */
export function mapView({ edges, answers, minutes, isEmpty, otlpAddress, palette }: ServiceMapView): Html {
  return html`<div class="head">
      <h1>Service map</h1>
      ${liveButton}
    </div>
    ${periodLinks('/map', minutes)}
    <div id="map" data-live>
      ${isEmpty ? nothingYet(otlpAddress) : edges.length === 0 ? noCalls() : figures(edges, { palette, minutes })}
      ${answers.map((entry) => answersView(entry, palette))}
    </div>`
}

function noCalls(): Html {
  return html`<section class="card">
    <h2>No calls in this period</h2>
    <p>Reload the suite’s page to make some, or look at <a href="/map?minutes=0">everything that is kept</a>.</p>
  </section>`
}

function figures(edges: readonly Edge[], context: PictureContext): Html {
  const drawn = edges.slice(0, MOST_EDGES)
  return html`<div class="map-grid">
    <section class="card" aria-labelledby="picture-title">
      <h2 id="picture-title">Who calls whom</h2>
      ${mapPicture(layOut(drawn), context)}
      ${drawn.length < edges.length && html`<p class="quiet">The ${MOST_EDGES} busiest of ${edges.length}.</p>`}
    </section>
    <section class="card" aria-labelledby="figures-title">
      <h2 id="figures-title">The same in figures</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of calls">
        <table class="edges stack small">
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col" class="figure count">Calls</th>
              <th scope="col" class="figure">Split</th>
              <th scope="col" class="figure">Rate</th>
              <th scope="col" class="figure">Errors</th>
              <th scope="col" class="figure">p95</th>
            </tr>
          </thead>
          <tbody>
            ${edges.map((edge) => row(edge, context))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        Lines are as wide as their rate is high. Durations are the caller’s, where it left a span. p95: 95 of 100 calls
        took no longer; it leads to the longest. A share of errors leads to the last. A dashed service has left no span
        itself.
      </p>
    </section>
  </div>`
}

function row(edge: Edge, { palette, minutes }: PictureContext): Html {
  const { from, to, calls, perSecond, share, unanswered, isDatabase } = edge
  const link = ({ service, version }: Party) =>
    html`<a href="${filterHref({ service, version, minutes })}">${serviceName(service, palette, version)}</a>`
  return html`<tr>
    <th scope="row">
      ${from === undefined ? 'outside' : link(from)}
      <span class="service"
        ><span aria-hidden="true">→</span
        ><span class="unseen"> to </span> ${unanswered ? serviceName(to.service, palette, to.version) : link(to)}</span
      >
      ${unanswered && !isDatabase && html`<span class="mark odd">no answer seen</span>`}
      ${
        !unanswered &&
        html`<span class="service"
          ><a href="${filterHref({ ...to, caller: from?.service ?? '', minutes })}"
            >traces<span class="unseen"> of these calls</span></a
          >
          ${logsLink(to)}</span
        >`
      }
    </th>
    <td class="figure count" title="${showCount(calls, 'call')}">${calls.toLocaleString('en')}</td>
    <td class="figure">${share !== undefined && showShare(share)}</td>
    <td class="figure">${showRate(perSecond)}</td>
    <td class="figure">${errorShare(edge)}</td>
    <td class="figure">${longDuration(edge)}</td>
  </tr>`
}
