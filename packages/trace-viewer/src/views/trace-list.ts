import { html, type Html } from '@bookinfo/service-kit'
import { showAge, showCount, showDuration, showTime } from '../figures.ts'
import { filterHref, statusChoices, type TraceFilter } from '../trace-filter.ts'
import type { TraceSummary } from '../trace-summary.ts'
import { liveButton, nothingYet } from './notices.ts'
import { serviceName, type Palette } from './service-name.ts'

export interface TraceList {
  filter: TraceFilter
  services: readonly string[]
  /** Newest first, as many as are shown. */
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
    ${filterForm(list)}
    <div id="traces" data-live>${list.kept.traces === 0 ? nothingYet(list.otlpAddress) : results(list)}</div>`
}

const statusNames = { any: 'Any', ok: 'Without errors', error: 'With errors' }

function filterForm({ filter, services }: TraceList): Html {
  const names = services.includes(filter.service) || filter.service === '' ? services : [filter.service, ...services]
  return html`<form class="card filters" method="get" action="/" aria-label="Filter the traces">
    <div>
      <label for="service">Service</label>
      <select id="service" name="service" data-live>
        <option value="">All</option>
        ${names.map((name) => option(name, name, name === filter.service))}
      </select>
    </div>
    <div>
      <label for="status">Status</label>
      <select id="status" name="status">
        ${statusChoices.map((choice) => option(choice, statusNames[choice], choice === filter.status))}
      </select>
    </div>
    <div>
      <label for="min">At least, in ms</label>
      <input
        id="min"
        name="min"
        type="number"
        min="0"
        step="any"
        inputmode="decimal"
        placeholder="0"
        value="${filter.minMs > 0 && filter.minMs}"
      />
    </div>
    <div class="row">
      <button class="button" type="submit">Filter</button>
      <a href="/">Reset</a>
    </div>
  </form>`
}

function option(value: string, name: string, selected: boolean): Html {
  return html`<option value="${value}" ${selected && html`selected`}>${name}</option>`
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
      ${shown.length < found && `The newest ${shown.length} of `}${showCount(found, 'trace')}, of
      ${showCount(kept.spans, 'span')} in memory${kept.tracesGone > 0 && html`; older traces have gone`}.
    </p>
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
        ([name, count]) =>
          html`<li>
            ${serviceName(name, palette)} <span class="quiet" title="${showCount(count, 'span')}">${count}</span>
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
