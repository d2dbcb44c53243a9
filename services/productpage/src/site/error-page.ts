import { html, prefersHtml, type FastifyReply, type FastifyRequest, type Html } from '@bookinfo/service-kit'
import { isForm } from '../session/form.ts'
import { signedInUser, type NowMs } from '../session/session.ts'
import { rememberPages } from './constant-pages.ts'
import { asPage, renderPage } from './layout.ts'
import { rootOf } from './root.ts'

/** @returns a function that makes an HTML page for a browser; undefined for programs, which get JSON */
export function errorPages(nowMs: NowMs) {
  const remembered = rememberPages()
  return (request: FastifyRequest, reply: FastifyReply, message: string): string | Buffer | undefined => {
    const { accept, 'content-type': type = '' } = request.headers
    // Of the API, people only see answers to the form in a page.
    const toPeople = !request.url.startsWith('/api/') || isForm(type)
    if (!toPeople) return undefined
    const vary = 'Accept, Cookie, X-Forwarded-Prefix'
    void reply.header('vary', vary)
    if (!prefersHtml(accept)) return undefined
    void asPage(reply).header('vary', vary)
    const { statusCode: status } = reply
    const user = signedInUser(request, nowMs)
    const root = rootOf(request)
    const render = () =>
      renderPage({ title: `${status} · Bookinfo`, user, path: '', root, main: errorView(status, message, root) })
    return user === undefined ? remembered(`${status} ${root} ${message}`, render) : render()
  }
}

function errorView(status: number, message: string, root: string): Html {
  return html`<section class="card">
    <p class="error-status quiet">${status}</p>
    <h1>${status === 404 ? 'There is no such page' : 'That did not work'}</h1>
    <p>${message}</p>
    <p><a href="${root}productpage">Go to the book</a> or <a href="${root}">see what the suite has</a>.</p>
  </section>`
}
