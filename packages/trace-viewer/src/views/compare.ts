import { html, type Html } from '@bookinfo/service-kit'
import { showAge, showDuration, showOffset } from '../figures.ts'
import type { Difference, OperationFigures } from '../trace-difference.ts'
import type { TraceSummary } from '../trace-summary.ts'
import { serviceName, type Palette } from './service-name.ts'

export interface CompareView {
  a: TraceSummary
  b: TraceSummary
  differences: readonly Difference[]
  nowUs: number
  palette: Palette
}

/** The content of `/compare`. */
export function compareView({ a, b, differences, nowUs, palette }: CompareView): Html {
  const most = Math.max(1, ...differences.map((row) => Math.abs(changeOf(row))))
  return html`<a href="/trace/${a.id}">Back to the first trace</a>
    <h1>Two traces</h1>
    <section class="card" aria-labelledby="compare-title">
      <h2 id="compare-title">What each operation took</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of differences">
        <table class="compare stack small">
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">${traceLink('A', a, nowUs)}</th>
              <th scope="col">${traceLink('B', b, nowUs)}</th>
              <th scope="col" class="figure">B − A</th>
              <td></td>
            </tr>
          </thead>
          <tbody>
            ${differences.map((row) => differenceRow(row, most, palette))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        Where an operation has several spans, their times are added up. “Itself” leaves out what it waited for.
      </p>
      <p><a href="/compare?a=${b.id}&b=${a.id}">The other way round</a></p>
    </section>`
}

function traceLink(name: string, { id, durationUs, startUs }: TraceSummary, nowUs: number): Html {
  return html`<a href="/trace/${id}">${name}</a>: ${showDuration(durationUs)}, ${showAge(nowUs - startUs)}`
}

function differenceRow(row: Difference, most: number, palette: Palette): Html {
  const { service, operation, a, b } = row
  const change = changeOf(row)
  const width = Math.round((Math.abs(change) / most) * 100)
  return html`<tr>
    <th scope="row">${serviceName(service, palette)} <span class="quiet">${operation}</span></th>
    ${[a, b].map((side) => html`<td>${figures(side)}</td>`)}
    <td class="figure">${showOffset(change)}</td>
    <td>
      <svg class="change" viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true">
        <line class="grid" x1="100" x2="100" y2="10" />
        <rect
          class="${change > 0 ? 'slower' : 'faster'}"
          x="${change > 0 ? 100 : 100 - width}"
          width="${width}"
          height="10"
        />
      </svg>
    </td>
  </tr>`
}

function figures(side: OperationFigures | undefined): Html | string {
  if (side === undefined) return 'none'
  const { versions, spans, errors, durationUs, selfUs } = side
  return html`${versions.map((version) => version !== '' && html`<span class="version">${version}</span> `)}${showDuration(durationUs)}
    <span class="quiet">itself ${showDuration(selfUs)}${spans > 1 && `, ${spans} spans`}</span>
    ${errors > 0 && html`<span class="mark bad">${errors === 1 ? 'error' : `${errors} errors`}</span>`}`
}

function changeOf({ a, b }: Difference): number {
  return (b?.durationUs ?? 0) - (a?.durationUs ?? 0)
}

/** The form on the page of a trace: which other one to put beside it. */
export function compareForm({ id }: TraceSummary, others: readonly TraceSummary[], nowUs: number): Html | false {
  if (others.length === 0) return false
  return html`<form class="card row line-form" method="get" action="/compare">
    <input type="hidden" name="a" value="${id}" />
    <label for="b">Compare with</label>
    <select id="b" name="b">
      ${others.map((other) => html`<option value="${other.id}">${inWords(other, nowUs)}</option>`)}
    </select>
    <button class="button" type="submit">Compare</button>
  </form>`
}

function inWords({ durationUs, startUs, errorCount, services }: TraceSummary, nowUs: number): string {
  const versions = services.map(({ service, version }) => `${service} ${version}`).join(', ')
  return `${showDuration(durationUs)}, ${showAge(nowUs - startUs)}${errorCount > 0 ? ', with errors' : ''}: ${versions}`
}
