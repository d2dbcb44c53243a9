import { html, type Html } from '@bookinfo/service-kit'
import type { SpanTime, Stretch } from '../critical-path.ts'
import type { Span } from '../span.ts'
import type { Palette } from './service-name.ts'

/** Units of a bar's picture, which is stretched to the width of its column. */
const UNITS = 1_000
const LEAST_WIDTH = 4

export interface Scale {
  startUs: number
  durationUs: number
}

/** When a span ran, against its trace; a dark line below is its part of the critical path. */
export function bar(span: Span, { critical }: SpanTime, { trace, palette }: { trace: Scale; palette: Palette }): Html {
  const scale = UNITS / Math.max(1, trace.durationUs)
  const place = ({ startUs, endUs }: Stretch) => {
    const width = Math.max(LEAST_WIDTH, (endUs - startUs) * scale)
    return { x: Math.min((startUs - trace.startUs) * scale, UNITS - width), width }
  }
  const { x, width } = place({ startUs: span.startUs, endUs: span.startUs + span.durationUs })
  return html`<svg
    class="bar-picture ${palette(span.resource.service)}"
    viewBox="0 0 ${UNITS} 16"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    ${[0.25, 0.5, 0.75].map(
      (share) => html`<line class="grid" x1="${share * UNITS}" x2="${share * UNITS}" y1="0" y2="16" />`
    )}
    <rect x="${round(x)}" y="2" width="${round(width)}" height="9" />
    ${critical.map(place).map((part) => html`<rect class="critical" x="${round(part.x)}" y="13" width="${round(part.width)}" height="3" />`)}
    ${span.events.map(({ timeUs }) => {
      const eventX = round(Math.max(0, Math.min(UNITS, (timeUs - trace.startUs) * scale)))
      return html`<line class="event" x1="${eventX}" x2="${eventX}" y1="0" y2="16" />`
    })}
  </svg>`
}

function round(units: number): number {
  return Math.round(units * 10) / 10
}
