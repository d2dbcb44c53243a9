import { html, type Html } from '@bookinfo/service-kit'
import { addressOf } from '../calls.ts'
import { showDuration } from '../figures.ts'
import { formatAttribute } from '../jaeger/format.ts'
import type { LogLine } from '../log-store.ts'
import type { KeyValue } from '../otlp/schema.ts'
import type { Span } from '../span.ts'
import type { TreeSpan } from '../trace-tree.ts'
import { serviceName, type Palette } from './service-name.ts'

/** More levels than that leave no room for the name. */
const DEEPEST = 16
/** Units of the picture of a bar, which is stretched to the room that there is. */
const UNITS = 1_000
const LEAST_WIDTH = 4

export interface SpanContext {
  /** What the bar is drawn against. */
  trace: { startUs: number; durationUs: number }
  logs: readonly LogLine[]
  palette: Palette
}

/** A line of the waterfall that opens to everything known of the span. */
export function spanView({ span, depth, parentMissing }: TreeSpan, { trace, logs, palette }: SpanContext): Html {
  const failed = span.status === 'error'
  const target = addressOf(span)
  return html`<li>
    <details class="span ${failed && 'failed'}" id="span-${span.spanId}">
      <summary>
        <span class="span-label">
          ${Array.from({ length: Math.min(depth, DEEPEST) }, () => html`<span class="indent"></span>`)}
          <span class="span-text">
            ${serviceName(span.resource.service, palette)}
            <span class="span-name">${span.name}${target !== undefined && ` → ${target}`}</span>
            ${failed && html`<span class="mark bad">error</span>`}
            ${parentMissing && html`<span class="mark odd">parent missing</span>`}
            <span class="unseen">, level ${depth + 1}, </span>
          </span>
        </span>
        ${bar(span, trace, palette)}
        <span class="span-took">${showDuration(span.durationUs)}</span>
      </summary>
      ${details(span, trace.startUs, logs)}
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
    <rect class="bar-value" x="${round(x)}" y="3" width="${round(width)}" height="10" />
    ${span.events.map(({ timeUs }) => {
      const eventX = round(Math.max(0, Math.min(UNITS, (timeUs - trace.startUs) * scale)))
      return html`<line class="event" x1="${eventX}" x2="${eventX}" y1="0" y2="16" />`
    })}
  </svg>`
}

function details(span: Span, traceStartUs: number, logs: readonly LogLine[]): Html {
  const { scope, links, events, resource } = span
  const plain: [name: string, value: string][] = [
    ['Starts at', offset(span.startUs - traceStartUs)],
    ['Kind', span.kind],
    ['Status', span.status],
    ['Made by', `${scope.name || 'unnamed'}${scope.version && ` ${scope.version}`}`],
    ['Span id', span.spanId],
    ['Parent', span.parentId ?? 'none']
  ]
  return html`<div class="span-details">
    ${span.statusMessage !== '' && html`<p class="notice bad">${span.statusMessage}</p>`}
    ${span.warnings.map((warning) => html`<p class="notice">Odd: ${warning}.</p>`)}
    <dl class="facts small">
      ${plain.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`
      )}
      ${
        span.traceState !== '' &&
        html`<div>
          <dt>Trace state</dt>
          <dd>${span.traceState}</dd>
        </div>`
      }
    </dl>
    ${attributeTable('Attributes', span.attributes)}
    ${events.map(({ timeUs, name, attributes }) =>
      attributeTable(`Event “${name}” at ${offset(timeUs - traceStartUs)}`, attributes)
    )}
    ${links.map(({ traceId, spanId, attributes }) =>
      attributeTable(html`Link to <a href="/trace/${traceId}#span-${spanId}">span ${spanId}</a>`, attributes)
    )}
    ${
      logs.length > 0 &&
      html`<table class="pairs">
        <caption>
          Log lines
        </caption>
        <tbody>
          ${logs.map(
            ({ level, message }) =>
              html`<tr>
                <th scope="row">${level}</th>
                <td>${message}</td>
              </tr>`
          )}
        </tbody>
      </table>`
    }
    ${attributeTable(`Process: ${resource.service}`, resource.attributes)} ${attributeTable('Scope', scope.attributes)}
  </div>`
}

function attributeTable(title: string | Html, attributes: readonly KeyValue[]): Html | false {
  if (attributes.length === 0 && (title === 'Attributes' || title === 'Scope')) return false
  return html`<table class="pairs">
    <caption>
      ${title}
    </caption>
    <tbody>
      ${attributes.map(formatAttribute).map(
        ({ key, value, type }) =>
          html`<tr>
            <th scope="row">${breakable(key)}</th>
            <td>${String(value)}${type !== 'string' && html` <span class="type">${type}</span>`}</td>
          </tr>`
      )}
    </tbody>
  </table>`
}

/** A long name may be broken after each of its dots. */
function breakable(name: string): Html[] {
  return name.split(/(?<=\.)/).map((part) => html`${part}<wbr />`)
}

/** A span may start before the trace's first one did: clocks differ between machines. */
function offset(us: number): string {
  return us < 0 ? `−${showDuration(-us)}` : `+${showDuration(us)}`
}

function round(units: number): number {
  return Math.round(units * 10) / 10
}
