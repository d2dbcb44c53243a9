import { href, html, type FastifyReply, type FastifyRequest, type Html } from '@bookinfo/service-kit'
import { link, sitePage, type Page } from '@bookinfo/service-kit/look'
import { logo, reader, stylesheet } from './assets.ts'

export interface Layout extends Pick<Page, 'title' | 'path' | 'root' | 'main'> {
  /** The signed-in user. */
  user?: string | undefined
}

const site = {
  name: 'BookInfo Sample',
  icon: logo,
  stylesheet,
  pages: [
    { path: '/productpage', name: 'The book' },
    { path: '/', name: 'The suite' },
    { path: '/docs', name: 'API' }
  ]
}

/** Deeper paths are those of error pages alone. */
const MAX_DEPTH = 20

/**
 * The relative address of the site's root, seen from a request's path: `./`, `../` and so on. Links begin with it, so that pages
 * work under any path prefix that a gateway removes. Repeated slashes count once, as a gateway may leave one too many.
 *
 * A gateway can also remove the whole path, so that `/bookinfo` becomes `/`. For that case `X-Forwarded-Prefix` counts, a list to
 * which each gateway adds.
 */
export function rootOf({ url, headers }: Pick<FastifyRequest, 'url' | 'headers'>): string {
  const depth = (url.split('?', 1)[0] ?? '').split(/\/+/).length - 2
  if (depth > MAX_DEPTH) return '/'
  if (depth > 0) return '../'.repeat(depth)
  const elements = [headers['x-forwarded-prefix'] ?? []].flat().join(',').split(',')
  const prefix = elements.map((element) => element.trim().replace(/\/$/, '')).join('')
  return /^\/{1,}$/.test(url.split('?', 1)[0] ?? '') && isPath(prefix) ? `${prefix}/` : './'
}

function isPath(text: string): boolean {
  return text.length <= 200 && /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)+$/.test(text)
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
      <a href="${root}openapi.json">OpenAPI</a> · <a href="${root}metrics">Metrics</a> ·
      <a href="${root}health">Health</a>
    </p>`,
    dialog: user === undefined && signInDialog(root)
  })
}

// The popover opens, closes and returns the focus without a script.
const signInButton = html`<button id="sign-in-button" class="button" popovertarget="dialog">Sign in</button>`

function signInDialog(root: string): Html {
  return html`<div id="dialog" class="dialog" popover role="dialog" aria-labelledby="dialog-title">
    <button id="close-dialog" class="close" popovertarget="dialog" popovertargetaction="hide" aria-label="Close">
      ×
    </button>
    <form method="post" action="${root}login" name="login_form">
      <h2 id="dialog-title">Sign in to BookInfo</h2>
      <p id="dialog-help">
        Any name will do, and no password is checked. Istio's lessons sign in as <strong>jason</strong>.
      </p>
      <label for="username">Username</label>
      <input
        id="username"
        name="username"
        autocomplete="username"
        maxlength="100"
        required
        autofocus
        aria-describedby="dialog-help"
      />
      <label for="passwd">Password</label>
      <input id="passwd" name="passwd" type="password" autocomplete="current-password" />
      <button class="button" type="submit">Sign in</button>
    </form>
    <p class="quiet">Not using Istio yet? <a href="https://istio.io">Start here</a></p>
  </div>`
}

function signedIn(user: string, root: string): Html {
  return html`<div class="user row">
    <img src="${link(root, href(reader))}" alt="" width="32" height="32" />
    <strong class="user-name" title="Signed in as ${user}">${user}</strong>
    <a href="${root}logout">Sign out</a>
  </div>`
}

/** The notice of a failure, in the place of the missing part. */
export function notice(title: string, text: string): Html {
  return html`<div class="notice" role="status">
    <h3>${title}</h3>
    <p>${text}</p>
  </div>`
}
