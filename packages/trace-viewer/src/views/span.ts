import { html, type Html } from '@bookinfo/service-kit'
import type { SpanTime } from '../critical-path.ts'
import { operationName, partyOf, type Party } from '../service-calls.ts'
import { showDuration } from '../figures.ts'
import type { LogLine } from '../log-store.ts'
import { outlasting } from '../outlasting.ts'
import { attributeText } from '../span.ts'
import type { Trace } from '../trace-store.ts'
import type { TreeSpan } from '../trace-tree.ts'
import { bar, type Scale } from './bar.ts'
import { serviceName, type Palette } from './service-name.ts'
import { spanDetails } from './span-details.ts'

/** Deeper levels would leave no room for the name. */
const DEEPEST = 16

export interface SpanContext {
  trace: Trace
  /** What the bar is drawn against. */
  scale: Scale
  time: SpanTime
  logs: readonly LogLine[]
  palette: Palette
  /** Names of services by their addresses. */
  names: ReadonlyMap<string, Party>
}

/** A line of the waterfall. It opens to all data of the span. */
export function spanView({ span, depth, parentMissing }: TreeSpan, context: SpanContext): Html {
  const { trace, scale, time, logs, palette, names } = context
  const { service, version } = partyOf(span, trace.spans)
  const failed = span.status === 'error'
  const late = outlasting(span, trace)
  const retry = attributeText(span.attributes, 'http.request.resend_count')
  return html`<li>
    <details class="span ${failed && 'failed'}">
      <summary>
        <span class="span-label">
          ${Array.from({ length: Math.min(depth, DEEPEST) }, () => html`<span class="indent"></span>`)}
          <span class="span-text">
            <strong>${serviceName(service, palette, version)}</strong>
            <span class="quiet">${operationName(span, names)}</span>
            ${retry !== undefined && html`<span class="mark odd">retry ${retry}</span>`}
            ${failed && html`<span class="mark bad"><span aria-hidden="true">✕ </span>error</span>`}
            ${late && html`<span class="mark odd">${late.mark}</span>`}
            ${parentMissing && html`<span class="mark odd">parent missing</span>`}
            <span class="unseen">, level ${depth + 1}, ${time.critical.length > 0 && 'on the critical path, '}</span>
          </span>
        </span>
        ${bar(span, time, { trace: scale, palette })}
        <span class="figure small">${showDuration(span.durationUs)}</span>
        <span class="figure small quiet"><span class="unseen">, itself </span>${showDuration(time.selfUs)}</span>
      </summary>
      ${spanDetails(span, { traceStartUs: scale.startUs, selfUs: time.selfUs, logs, remarks: late ? [late.reason] : [] })}
    </details>
  </li>`
}
