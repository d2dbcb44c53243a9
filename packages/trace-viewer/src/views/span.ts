import { html, type Html } from '@bookinfo/service-kit'
import { addressOf, type Party } from '../service-calls.ts'
import { showDuration } from '../figures.ts'
import type { LogLine } from '../log-store.ts'
import { attributeText, type Span } from '../span.ts'
import type { TreeSpan } from '../trace-tree.ts'
import { serviceName, type Palette } from './service-name.ts'
import { spanDetails } from './span-details.ts'

/** Deeper levels would leave no room for the name. */
const DEEPEST = 16
/** Units of a bar's picture, which is stretched to the width of its column. */
const UNITS = 1_000
const LEAST_WIDTH = 4

export interface SpanContext {
  /** What the bar is drawn against. */
  trace: { startUs: number; durationUs: number }
  logs: readonly LogLine[]
  palette: Palette
  /** Names of services by their addresses. */
  names: ReadonlyMap<string, Party>
}

/** A line of the waterfall. It opens to all data of the span. */
export function spanView({ span, depth, parentMissing }: TreeSpan, { trace, logs, palette, names }: SpanContext): Html {
  const failed = span.status === 'error'
  const target = addressOf(span)
  const retry = attributeText(span.attributes, 'http.request.resend_count')
  return html`<li>
    <details class="span ${failed && 'failed'}" id="span-${span.spanId}">
      <summary>
        <span class="span-label">
          ${Array.from({ length: Math.min(depth, DEEPEST) }, () => html`<span class="indent"></span>`)}
          <span class="span-text">
            <strong>${serviceName(span.resource.service, palette, span.resource.version)}</strong>
            <span class="quiet"
              >${span.name}${target !== undefined && ` → ${names.get(target)?.service ?? target}`}</span
            >
            ${retry !== undefined && html`<span class="mark odd">retry ${retry}</span>`}
            ${failed && html`<span class="mark bad">error</span>`}
            ${parentMissing && html`<span class="mark odd">parent missing</span>`}
            <span class="unseen">, level ${depth + 1}, </span>
          </span>
        </span>
        ${bar(span, trace, palette)}
        <span class="figure small">${showDuration(span.durationUs)}</span>
      </summary>
      ${spanDetails(span, trace.startUs, logs)}
    </details>
  </li>`
}

function bar(span: Span, trace: SpanContext['trace'], palette: Palette): Html {
  const scale = UNITS / Math.max(1, trace.durationUs)
  const width = Math.max(LEAST_WIDTH, span.durationUs * scale)
  const x = Math.min((span.startUs - trace.startUs) * scale, UNITS - width)
  return html`<svg
    class="bar-picture ${palette(span.resource.service)}"
    viewBox="0 0 ${UNITS} 16"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    ${[0.25, 0.5, 0.75].map(
      (share) => html`<line class="grid" x1="${share * UNITS}" x2="${share * UNITS}" y1="0" y2="16" />`
    )}
    <rect x="${round(x)}" y="3" width="${round(width)}" height="10" />
    ${span.events.map(({ timeUs }) => {
      const eventX = round(Math.max(0, Math.min(UNITS, (timeUs - trace.startUs) * scale)))
      return html`<line class="event" x1="${eventX}" x2="${eventX}" y1="0" y2="16" />`
    })}
  </svg>`
}

function round(units: number): number {
  return Math.round(units * 10) / 10
}
