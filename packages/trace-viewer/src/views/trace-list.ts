import { html, type Html } from '@bookinfo/service-kit'
import { showAge, showCount, showDuration, showTime } from '../figures.ts'
import { filterHref, type TraceFilter } from '../trace-filter.ts'
import type { TraceSummary } from '../trace-summary.ts'
import { filterForm, type FilterChoices } from './filter-form.ts'
import { liveButton, nothingYet, runFileForm } from './notices.ts'
import { scatterPlot } from './scatter.ts'
import { serviceName, type Palette } from './service-name.ts'

export interface TraceList {
  filter: TraceFilter
  choices: FilterChoices
  /** In the order of the filter, as many as are shown. */
  shown: readonly TraceSummary[]
  /** How many pass the filter. */
  found: number
  kept: { traces: number; spans: number; tracesGone: number }
  nowUs: number
  otlpAddress: string
  palette: Palette
}

/** The content of `/`. */
export function traceListView(list: TraceList): Html {
  return html`<div class="head">
      <h1>Traces</h1>
      ${liveButton}
    </div>
    ${filterForm(list.filter, list.choices)}
    <div id="traces" data-live>${list.kept.traces === 0 ? nothingYet(list.otlpAddress) : results(list)}</div>
    ${runFileForm}`
}

function results(list: TraceList): Html {
  const { filter, shown, found, kept, palette, nowUs } = list
  if (found === 0) {
    return html`<section class="card">
      <h2>No trace is like that</h2>
      <p>${showCount(kept.traces, 'trace')} ${kept.traces === 1 ? 'is' : 'are'} kept. <a href="/">Show all</a></p>
    </section>`
  }
  const slowestUs = Math.max(...shown.map(({ durationUs }) => durationUs), 1)
  return html`<p class="quiet">
      ${shown.length < found && `The ${filter.order} ${shown.length} of `}${showCount(found, 'trace')}, of
      ${showCount(kept.spans, 'span')} in memory${kept.tracesGone > 0 && html`; older traces have gone`}.
    </p>
    ${scatterPlot(shown, nowUs)}
    <ol class="traces">
      ${shown.map((trace) => row(trace, { palette, nowUs, slowestUs }))}
    </ol>
    ${
      shown.length < found &&
      html`<p><a class="more" href="${filterHref({ ...filter, limit: filter.limit * 2 })}">Show more</a></p>`
    }`
}

interface RowContext {
  palette: Palette
  nowUs: number
  slowestUs: number
}

function row(trace: TraceSummary, { palette, nowUs, slowestUs }: RowContext): Html {
  const { id, rootService, rootName, services, spanCount, errorCount, orphanCount, durationUs, startUs } = trace
  const share = Math.max(4, Math.round((durationUs / slowestUs) * 1000))
  return html`<li class="trace ${errorCount > 0 && 'failed'}">
    <a class="trace-link" href="/trace/${id}">
      <span class="quiet">${rootService}</span> <strong>${rootName}</strong>
    </a>
    <span class="marks">
      ${errorCount > 0 && html`<span class="mark bad">${showCount(errorCount, 'error')}</span>`}
      ${orphanCount > 0 && html`<span class="mark odd">incomplete</span>`}
    </span>
    <ul class="services row small" aria-label="Services">
      ${services.map(
        ({ service, version, spans }) =>
          html`<li>
            ${serviceName(service, palette, version)}
            <span class="quiet" title="${showCount(spans, 'span')}">${spans}</span>
          </li>`
      )}
    </ul>
    <span class="took">
      <span class="figure">${showDuration(durationUs)}</span>
      <svg class="share" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="1000" height="6" />
        <rect class="value" width="${share}" height="6" />
      </svg>
    </span>
    <span class="spans small quiet">${showCount(spanCount, 'span')}</span>
    <time class="age small quiet" datetime="${new Date(startUs / 1000).toISOString()}" title="${showTime(startUs)}"
      >${showAge(nowUs - startUs)}</time
    >
  </li>`
}
