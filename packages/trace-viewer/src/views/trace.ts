import { html, type Html } from '@bookinfo/service-kit'
import { showCount, showDuration } from '../figures.ts'
import type { LogLine } from '../log-store.ts'
import { spanTimes, type SpanTime } from '../critical-path.ts'
import { partyName, partyOf, type Party } from '../service-calls.ts'
import type { Span } from '../span.ts'
import type { Trace } from '../trace-store.ts'
import type { TraceSummary } from '../trace-summary.ts'
import { compareForm } from './compare.ts'
import { logLinesView } from './log-lines.ts'
import { serviceName, type Palette } from './service-name.ts'
import { spanView } from './span.ts'
import { traceFacts, type TraceFacts } from './trace-facts.ts'

/** A longer page is of no use; the read API has all spans. */
const MOST_SPANS = 1_000

export interface TraceView extends TraceFacts {
  /** Traces to compare it with. */
  others: readonly TraceSummary[]
  nowUs: number
  logs: readonly LogLine[]
  palette: Palette
  /** Names of services by their addresses. */
  names: ReadonlyMap<string, Party>
}

/** The content of `/trace/{id}`. */
export function traceView(view: TraceView): Html {
  const { trace, summary, tree, logs, palette, names } = view
  const times = spanTimes(trace)
  const waits = waitsFor(trace, times)
  const shown = tree.slice(0, MOST_SPANS)
  const logsBySpan = Map.groupBy(logs, ({ spanId }) => spanId)
  return html`<a href="/">All traces</a>
    <h1><span class="quiet">${summary.rootService}</span> ${summary.rootName}</h1>
    ${traceFacts(view)}
    <section class="card" aria-labelledby="waterfall-title">
      <h2 id="waterfall-title">Where the time went</h2>
      <ul class="legend row small" aria-label="Services">
        ${summary.services.map(
          ({ service, version, spans }) =>
            html`<li>
              ${serviceName(service, palette, version)}
              <span class="quiet" title="${showCount(spans, 'span')}"
                >${showDuration(waits.get(partyName({ service, version })) ?? 0)}</span
              >
            </li>`
        )}
        <li class="quiet">
          <span class="critical-sample" aria-hidden="true"></span>critical path, and what each service has of it: a
          shorter part would have ended the trace earlier
        </li>
      </ul>
      ${axis(summary.durationUs)}
      <ol class="waterfall">
        ${shown.map((place) =>
          spanView(place, {
            trace,
            scale: summary,
            time: times.get(place.span) ?? { selfUs: 0, critical: [] },
            logs: logsBySpan.get(place.span.spanId) ?? [],
            palette,
            names
          })
        )}
      </ol>
      ${
        shown.length < tree.length &&
        html`<p>
          The first ${showCount(shown.length, 'span')} of ${tree.length}.
          <a href="/api/traces/${trace.id}">All of them as JSON</a>
        </p>`
      }
    </section>
    ${compareForm(summary, view.others, view.nowUs)}
    ${logs.length > 0 && logLinesView(logs, { trace, startUs: summary.startUs, palette })}`
}

/** Microseconds of the critical path by service and version. */
function waitsFor({ spans }: Trace, times: ReadonlyMap<Span, SpanTime>): Map<string, number> {
  const waits = new Map<string, number>()
  for (const [span, { critical }] of times) {
    const name = partyName(partyOf(span, spans))
    const us = critical.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0)
    waits.set(name, (waits.get(name) ?? 0) + us)
  }
  return waits
}

function axis(durationUs: number): Html {
  return html`<div class="axis" aria-hidden="true">
    <span class="ticks figure small quiet">
      ${[0, 0.25, 0.5, 0.75, 1].map((share) => html`<span>${share === 0 ? '0' : showDuration(durationUs * share)}</span>`)}
    </span>
    <span class="small quiet">all</span>
    <span class="small quiet">itself</span>
  </div>`
}
