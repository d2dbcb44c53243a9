import { html, type Html } from '@bookinfo/service-kit'
import { showRate } from '../figures.ts'
import type { Figures, ServiceFigures } from '../red.ts'
import { spanHref } from '../span.ts'
import { filterHref } from '../trace-filter.ts'
import { errorShare, logsLink, longDuration } from './figure-links.ts'
import { liveButton, nothingYet, periodLinks } from './notices.ts'
import { serviceName, type Palette } from './service-name.ts'

export interface ServicesView {
  services: readonly ServiceFigures[]
  minutes: number
  /** Whether there are any traces at all. */
  isEmpty: boolean
  otlpAddress: string
  palette: Palette
}

const HEIGHT = 24
const COLUMN = 4

/** The content of `/services`. */
export function servicesView({ services, minutes, isEmpty, otlpAddress, palette }: ServicesView): Html {
  return html`<div class="head">
      <h1>Services</h1>
      ${liveButton}
    </div>
    ${periodLinks('/services', minutes)}
    <div id="services" data-live>
      ${
        isEmpty
          ? nothingYet(otlpAddress)
          : html`<section class="card" aria-label="Rate, errors and duration">
              <table class="red stack small">
                <thead>
                  <tr>
                    <th scope="col">Service</th>
                    <th scope="col">Rate</th>
                    <th scope="col">Errors</th>
                    <th scope="col">Duration, p95</th>
                  </tr>
                </thead>
                <tbody>
                  ${services.map((service) => row(service, minutes, palette))}
                </tbody>
              </table>
              <p class="quiet">
                What each service answered, oldest on the left. Every column leads to an example: the longest trace of
                its time, or the last that failed.${services.length === 0 && ' Nobody called in this period.'}
              </p>
            </section>`
      }
    </div>`
}

function row(figures: ServiceFigures, minutes: number, palette: Palette): Html {
  const { perSecond, buckets } = figures
  const { service, version } = figures.party
  return html`<tr class="${palette(service)}">
    <th scope="row">
      <a href="${filterHref({ service, version, minutes })}">${serviceName(service, palette, version)}</a>
      ${logsLink(figures.party)}
    </th>
    <td>${sparkline(buckets, ({ calls }) => calls, 'slowest')} ${showRate(perSecond)}</td>
    <td>${sparkline(buckets, (bucket) => bucket.errorRate, 'failed')} ${errorShare(figures)}</td>
    <td>${sparkline(buckets, (bucket) => bucket.p95Us, 'slowest')} ${longDuration(figures)}</td>
  </tr>`
}

/** The figures and links beside it say the same for screen readers and keyboards. */
function sparkline(
  buckets: readonly Figures[],
  valueOf: (bucket: Figures) => number,
  example: 'slowest' | 'failed'
): Html {
  const most = Math.max(...buckets.map(valueOf)) || 1
  return html`<svg
    class="sparkline ${example === 'failed' && 'bad'}"
    viewBox="0 0 ${buckets.length * COLUMN} ${HEIGHT}"
    width="${buckets.length * COLUMN}"
    aria-hidden="true"
  >
    <line class="grid" x2="${buckets.length * COLUMN}" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}" />
    ${buckets.map((bucket, index) => {
      const height = Math.round((valueOf(bucket) / most) * (HEIGHT - 1))
      const span = bucket[example]
      if (height === 0 || span === undefined) return false
      return html`<a href="${spanHref(span)}" tabindex="-1"
        ><rect x="${index * COLUMN}" y="${HEIGHT - height}" width="${COLUMN - 1}" height="${height}" />
      </a>`
    })}
  </svg>`
}
