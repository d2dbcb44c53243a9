import { html, type Html } from '@bookinfo/service-kit'
import { waiting } from './live.ts'

/** A trace that is not here, and what may have become of it. */
export function noTraceView(): Html {
  return html`<h1>No such trace</h1>
    <section class="card empty">
      <p>
        No span of it has come in; or it has made room for newer ones, or came before this viewer was started. A trace
        that has only just happened takes a moment to arrive.
      </p>
      ${waiting}
      <p><a class="more" href="/">All traces that are here</a></p>
    </section>`
}

/** What people see of an error. */
export function problemView(status: number, message: string): Html {
  return html`<h1>${status === 404 ? 'There is no such page' : 'That did not work'}</h1>
    <section class="card empty">
      <p>${status}: ${message}.</p>
      <p><a class="more" href="/">All traces</a></p>
    </section>`
}
