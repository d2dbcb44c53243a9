import { html, type FastifyRequest, type Html } from '@bookinfo/service-kit'
import { isForm } from '../session/form.ts'
import { signedInUser, type NowMs } from '../session/session.ts'
import { renderPage } from './layout.ts'

/** @returns an HTML page for a browser; undefined for programs, which get JSON */
export function errorPage(request: FastifyRequest, nowMs: NowMs, status: number, message: string): string | undefined {
  const { accept, 'content-type': type = '' } = request.headers
  // Of the API, people only see answers to the form in a page.
  const toPeople = !request.url.startsWith('/api/') || isForm(type)
  if (!toPeople || !accept?.includes('text/html')) return undefined
  return renderPage({
    title: `${status} · Bookinfo`,
    user: signedInUser(request, nowMs),
    path: '',
    main: errorView(status, message)
  })
}

function errorView(status: number, message: string): Html {
  return html`<section class="card error">
    <p class="error-status">${status}</p>
    <h1>${status === 404 ? 'There is no such page' : 'That did not work'}</h1>
    <p>${message}</p>
    <p><a href="/productpage">Go to the book</a> or <a href="/">see what the suite has</a>.</p>
  </section>`
}
