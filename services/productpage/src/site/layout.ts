import { html, type FastifyReply } from '@bookinfo/service-kit'
import { sitePage, type Page } from '@bookinfo/service-kit/look'
import { signedIn, signInButton, signInDialog } from '../session/sign-in-dialog.ts'
import { logo, stylesheet } from './assets.ts'

export interface Layout extends Pick<Page, 'title' | 'path' | 'root' | 'main'> {
  /** The signed-in user. */
  user?: string | undefined
}

const site = {
  name: 'Bookinfo',
  icon: logo,
  stylesheet,
  pages: [
    { path: '/productpage', name: 'The book' },
    { path: '/', name: 'The suite' },
    { path: '/docs', name: 'API' }
  ]
}

/** Sets the headers of a page. It may name its reader, so no shared cache may keep it. */
export function asPage(reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=utf-8').headers({
    vary: 'Cookie, X-Forwarded-Prefix',
    'cache-control': 'private, no-cache'
  })
}

/** Makes a whole page, as text. Pages have no script. */
export function renderPage({ user, ...page }: Layout): string {
  const { root } = page
  return sitePage(site, {
    ...page,
    corner: user === undefined ? signInButton : signedIn(user, root),
    foot: html`<p>
      A sample for learning and testing service meshes, after Istio's Bookinfo.
      <a href="${root}openapi.json">OpenAPI</a> &middot; <a href="${root}metrics">Metrics</a> &middot;
      <a href="${root}health">Health</a>
    </p>`,
    dialog: user === undefined && signInDialog(root)
  })
}
