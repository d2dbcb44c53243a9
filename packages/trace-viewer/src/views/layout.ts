import { href, html, type Asset, type Html } from '@bookinfo/service-kit'
import { icon, stylesheet } from '../assets.ts'

export interface Layout {
  title: string
  /** The address of the page, to mark its place in the navigation. */
  path: string
  /** Saves reloading by hand, and does nothing else. */
  script?: Asset | undefined
  main: Html
}

const pages = [
  { path: '/', name: 'Traces' },
  { path: '/map', name: 'Service map' }
]

/** A whole page, as text. */
export function renderPage({ title, path, script, main }: Layout): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title} · Trace viewer</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="${href(icon)}" type="image/svg+xml" />
        <link rel="stylesheet" href="${href(stylesheet)}" />
        ${script && html`<script src="${href(script)}" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar">
          <div class="width bar-row">
            <a class="brand" href="/"><img src="${href(icon)}" alt="" width="32" height="32" />Trace viewer</a>
            <nav aria-label="Site">
              <ul>
                ${pages.map(
                  (entry) =>
                    html`<li>
                      <a href="${entry.path}" ${entry.path === path && html`aria-current="page"`}>${entry.name}</a>
                    </li>`
                )}
              </ul>
            </nav>
            <span class="tag">Development tool</span>
          </div>
        </header>
        <main id="main" class="width">${main}</main>
        <footer class="width foot">
          <p>
            A development tool: it keeps the newest spans in memory, writes nothing to disk, and has forgotten
            everything when it stops. For more than that use <a href="https://www.jaegertracing.io">Jaeger</a>, whose
            <a href="/openapi.json">read API</a> this one speaks.
          </p>
        </footer>
      </body>
    </html>`
  return page.html
}
