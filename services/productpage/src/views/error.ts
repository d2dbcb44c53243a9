import { html, type Html } from '@bookinfo/service-kit'

/** The content of an error page, for those who came with a browser. */
export function errorView(status: number, message: string): Html {
  return html`<section class="card error">
    <p class="error-status">${status}</p>
    <h1>${status === 404 ? 'There is no such page' : 'That did not work'}</h1>
    <p>${message}</p>
    <p><a href="/productpage">Go to the book</a> or <a href="/">see what the suite has</a>.</p>
  </section>`
}
