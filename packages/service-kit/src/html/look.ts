import { readFileSync } from 'node:fs'
import { asset, href, type Asset } from './assets.ts'
import { html, type Html } from './html.ts'

const look = readFileSync(new URL('../../look/look.css', import.meta.url))

/** Makes the stylesheet of a site: the look that all sites of the suite share, then the rules of this one. */
export function siteStylesheet(path: string, rules: Buffer): Asset {
  return asset(path, 'text/css; charset=utf-8', Buffer.concat([look, rules]))
}

export interface Site {
  name: string
  icon: Asset
  stylesheet: Asset
  /** The pages in the navigation. */
  pages: readonly { path: string; name: string }[]
}

export interface Page {
  title: string
  /** The path of the page, which the navigation marks. */
  path: string
  /** The address of the site's root, with which all links begin. */
  root: string
  script?: Asset | undefined
  /** The content at the end of the bar at the top. */
  corner: Html
  main: Html
  foot: Html
  dialog?: Html | false
}

/** Makes a whole page of a site, as text. */
export function sitePage({ name, icon, stylesheet, pages }: Site, page: Page): string {
  const { title, path, root, script, corner, main, foot, dialog } = page
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="${link(root, href(icon))}" type="image/svg+xml" />
        <link rel="stylesheet" href="${link(root, href(stylesheet))}" />
        ${script && html`<script src="${link(root, href(script))}" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar">
          <div class="width row">
            <a class="brand" href="${root}">
              <img src="${link(root, href(icon))}" alt="" width="32" height="32" />${name}
            </a>
            <nav aria-label="Site">
              <ul>
                ${pages.map(
                  (entry) =>
                    html`<li>
                      <a href="${link(root, entry.path)}" ${entry.path === path && html`aria-current="page"`}>
                        ${entry.name}
                      </a>
                    </li>`
                )}
              </ul>
            </nav>
            ${corner}
          </div>
        </header>
        <main id="main" class="width">${main}</main>
        <footer class="width foot small quiet">${foot}</footer>
        ${dialog}
      </body>
    </html>`
  return text.html
}

/** @param path an absolute path of the site */
export function link(root: string, path: string): string {
  return root + path.slice(1)
}
