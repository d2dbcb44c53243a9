import { html, type Html } from '@bookinfo/service-kit'
import { showAge, showDuration } from '../figures.ts'
import type { TraceSummary } from '../trace-summary.ts'

const WIDTH = 640
const HEIGHT = 160
const MARGIN = 12

/** Duration over time: a point for each trace of the list, which says the same for screen readers and keyboards. */
export function scatterPlot(traces: readonly TraceSummary[], nowUs: number): Html {
  const starts = traces.map(({ startUs }) => startUs)
  const [first, last] = [Math.min(...starts), Math.max(...starts)]
  const longest = Math.max(...traces.map(({ durationUs }) => durationUs), 1)
  const place = ({ startUs, durationUs }: TraceSummary) => ({
    x: Math.round(MARGIN + ((WIDTH - 2 * MARGIN) * (startUs - first)) / Math.max(1, last - first)),
    y: Math.round(HEIGHT - MARGIN - ((HEIGHT - 2 * MARGIN) * durationUs) / longest)
  })
  return html`<figure class="card scatter" aria-hidden="true">
    <figcaption class="row small quiet">
      <span>Each point is a trace, a cross has errors. Up to ${showDuration(longest)}.</span>
    </figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}">
      ${[MARGIN, HEIGHT / 2, HEIGHT - MARGIN].map((y) => html`<line class="grid" x2="${WIDTH}" y1="${y}" y2="${y}" />`)}
      ${traces.map((trace) => {
        const { x, y } = place(trace)
        const title = `${trace.rootName}: ${showDuration(trace.durationUs)}, ${showAge(nowUs - trace.startUs)}`
        return html`<a href="/trace/${trace.id}" tabindex="-1"
          ><title>${title}</title>${
            trace.errorCount > 0
              ? html`<path class="bad" d="M${x - 5} ${y - 5} l10 10 m0 -10 l-10 10" />`
              : html`<circle cx="${x}" cy="${y}" r="4.5" />`
          }</a
        >`
      })}
    </svg>
    <p class="row small quiet"><span>${showAge(nowUs - first)}</span><span>${showAge(nowUs - last)}</span></p>
  </figure>`
}
