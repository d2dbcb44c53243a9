import { html, type Html } from '@bookinfo/service-kit'

/** In place of a list or a map while nothing has come in yet: what to do about it. */
export function nothingYet(otlpAddress: string): Html {
  return html`<section class="card empty" aria-labelledby="empty-title">
    <h2 id="empty-title">No traces yet</h2>
    <ol>
      <li>Start the suite with <code>npm start</code>, if it does not run.</li>
      <li>Open the page whose address it prints: every visit makes one trace.</li>
      <li>
        For a service that was started in another way, set
        <code>OTEL_EXPORTER_OTLP_ENDPOINT=${otlpAddress}</code> before it starts.
      </li>
    </ol>
    <p>Spans come in batches, so a trace appears a few seconds after its request.</p>
  </section>`
}
