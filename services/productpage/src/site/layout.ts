import { href, html, type Html } from '@bookinfo/service-kit'
import { logo, reader, stylesheet } from './assets.ts'

export interface Layout {
  title: string
  /** The signed-in user. */
  user?: string | undefined
  /** The path of the page, which the navigation marks. */
  path: string
  main: Html
}

const pages = [
  { path: '/productpage', name: 'The book' },
  { path: '/', name: 'The suite' },
  { path: '/docs', name: 'API' }
]

/** Makes a whole page, as text. Pages have no script. */
export function renderPage({ title, user, path, main }: Layout): string {
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="${href(logo)}" type="image/svg+xml" />
        <link rel="stylesheet" href="${href(stylesheet)}" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar">
          <div class="width bar-row">
            <a class="brand" href="/"><img src="${href(logo)}" alt="" width="32" height="32" />BookInfo Sample</a>
            <nav aria-label="Site">
              <ul>
                ${pages.map(
                  (page) =>
                    html`<li>
                      <a href="${page.path}" ${page.path === path && html`aria-current="page"`}>${page.name}</a>
                    </li>`
                )}
              </ul>
            </nav>
            ${user === undefined ? signInButton : signedIn(user)}
          </div>
        </header>
        <main id="main" class="width">${main}</main>
        <footer class="width foot">
          <p>
            A sample for learning and testing service meshes, after Istio's Bookinfo.
            <a href="/openapi.json">OpenAPI</a> · <a href="/metrics">Metrics</a> · <a href="/health">Health</a>
          </p>
        </footer>
        ${user === undefined && signInDialog}
      </body>
    </html>`
  return text.html
}

// The popover opens, closes and returns the focus without a script.
const signInButton = html`<button id="sign-in-button" class="button" popovertarget="dialog">Sign in</button>`

const signInDialog = html`<div id="dialog" class="dialog" popover role="dialog" aria-labelledby="dialog-title">
  <form method="post" action="/login" name="login_form">
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
  <p class="dialog-foot">Not using Istio yet? <a href="https://istio.io">Start here</a></p>
  <button id="close-dialog" class="close" popovertarget="dialog" popovertargetaction="hide" aria-label="Close">
    ×
  </button>
</div>`

function signedIn(user: string): Html {
  return html`<div class="user">
    <img src="${href(reader)}" alt="" width="32" height="32" />
    <span class="user-name" title="Signed in as ${user}">${user}</span>
    <a href="/logout">Sign out</a>
  </div>`
}

/** The notice of a failure, in the place of the missing part. */
export function notice(title: string, text: string): Html {
  return html`<div class="notice" role="status">
    <h3>${title}</h3>
    <p>${text}</p>
  </div>`
}
