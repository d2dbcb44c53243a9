import { html, type Html } from '@bookinfo/service-kit'
import { showDuration, showOffset } from '../figures.ts'
import type { LogLine } from '../log-store.ts'
import type { Attribute, Span } from '../span.ts'

export interface SpanDetails {
  traceStartUs: number
  /** What its children do not account for. */
  selfUs: number
  logs: readonly LogLine[]
  /** What there is to say about it, in sentences. */
  remarks: readonly string[]
}

/** All data of a span. A link to its id opens the part that is folded around it, and marks it. */
export function spanDetails(span: Span, { traceStartUs, selfUs, logs, remarks }: SpanDetails): Html {
  const { scope, links, events, resource } = span
  const plain: [name: string, value: string][] = [
    ['Starts at', showOffset(span.startUs - traceStartUs)],
    ['Takes', showDuration(span.durationUs)],
    ['Itself', showDuration(selfUs)],
    ['Kind', span.kind],
    ['Status', span.status],
    ['Made by', `${scope.name || 'unnamed'}${scope.version && ` ${scope.version}`}`],
    ['Span id', span.spanId],
    ['Parent', span.parentId ?? 'none']
  ]
  return html`<div class="span-details" id="span-${span.spanId}">
    ${span.statusMessage !== '' && html`<p class="notice bad">${span.statusMessage}</p>`}
    ${remarks.map((remark) => html`<p class="notice">${remark}</p>`)}
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
      attributeTable(`Event “${name}” at ${showOffset(timeUs - traceStartUs)}`, attributes)
    )}
    ${links.map(({ traceId, spanId, attributes }) =>
      attributeTable(html`Link to <a href="/trace/${traceId}#span-${spanId}">span ${spanId}</a>`, attributes)
    )}
    ${
      logs.length > 0 &&
      html`<table class="pairs small">
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

function attributeTable(title: string | Html, attributes: readonly Attribute[]): Html | false {
  if (attributes.length === 0 && (title === 'Attributes' || title === 'Scope')) return false
  return html`<table class="pairs small">
    <caption>
      ${title}
    </caption>
    <tbody>
      ${attributes.map(
        ({ key, value, type }) =>
          html`<tr>
            <th scope="row">${breakable(key)}</th>
            <td>${String(value)}${type !== 'string' && html` <span class="small quiet">${type}</span>`}</td>
          </tr>`
      )}
    </tbody>
  </table>`
}

/** Lets the browser break a long name after each dot. */
function breakable(name: string): Html[] {
  return name.split(/(?<=\.)/).map((part) => html`${part}<wbr />`)
}
