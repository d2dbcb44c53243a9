import { html, type Html } from '@bookinfo/service-kit'
import { periods, showMinutes } from '../period.ts'

/** WCAG 2.2.2: people can stop what updates by itself. Hidden until the script shows it. */
export const liveButton = html`<button id="live" class="live" type="button" aria-pressed="true" hidden>
  <span class="pulse" aria-hidden="true"></span>Live
</button>`

/** The choice of how far back a page looks. */
export function periodLinks(path: string, chosen: number): Html {
  return html`<nav aria-label="How far back">
    <ul>
      ${periods.map(
        (period) =>
          html`<li>
            <a href="${path}?minutes=${period}" ${period === chosen && html`aria-current="true"`}
              >${showMinutes(period)}</a
            >
          </li>`
      )}
    </ul>
  </nav>`
}

/** For a page whose spans are still on their way: the script updates it until a page without this part comes. */
export const waiting = html`<p class="waiting" data-wait role="status" hidden>
  <span class="pulse" aria-hidden="true"></span>Looking for it again every second.
</p>`

/** In place of a list or a map without traces: what to do. */
export function nothingYet(otlpAddress: string): Html {
  return html`<section class="card" aria-labelledby="empty-title">
    <h2 id="empty-title">No traces yet</h2>
    <ol>
      <li>Start the suite with <code>npm start</code>, unless it runs.</li>
      <li>Open the page at the address that it prints: every visit makes one trace.</li>
      <li>
        For a service that was started in another way, set
        <code>OTEL_EXPORTER_OTLP_ENDPOINT=${otlpAddress}</code> before it starts.
      </li>
    </ol>
    <p>Spans come in batches, so a trace appears a few seconds after its request.</p>
  </section>`
}

/** Takes a run to another viewer, and one from there. */
export const runFileForm = html`<section class="card" aria-labelledby="run-title">
  <h2 id="run-title">This run as a file</h2>
  <p><a href="/api/run">Save the traces and their log lines</a>, and open or drop them here in another viewer:</p>
  <form class="row line-form" method="post" action="/api/run" enctype="multipart/form-data">
    <label for="file">File</label>
    <input id="file" name="file" type="file" accept=".gz,.ndjson,.json" required />
    <button class="button" type="submit">Open</button>
  </form>
</section>`

/** The page of an unknown trace. */
export function noTraceView(): Html {
  return html`<h1>No such trace</h1>
    <section class="card">
      <p>
        None of its spans has arrived; or newer traces have replaced it, or it is older than this viewer's start. A new
        trace takes a moment to arrive.
      </p>
      ${waiting}
      <p><a class="more" href="/">All traces in memory</a></p>
    </section>`
}

/** The page of an error. */
export function problemView(status: number, message: string): Html {
  return html`<h1>${status === 404 ? 'There is no such page' : 'That did not work'}</h1>
    <section class="card">
      <p>${status}: ${message}.</p>
      <p><a class="more" href="/">All traces</a></p>
    </section>`
}
