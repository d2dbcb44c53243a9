import { html } from '@bookinfo/service-kit'
import { sitePage, type Page } from '@bookinfo/service-kit/look'
import { icon, stylesheet } from '../assets.ts'

const site = {
  name: 'Trace viewer',
  icon,
  stylesheet,
  pages: [
    { path: '/', name: 'Traces' },
    { path: '/services', name: 'Services' },
    { path: '/map', name: 'Map' },
    { path: '/logs', name: 'Logs' },
    { path: '/lab', name: 'Lab' }
  ]
}
const corner = html`<span class="mark">Development tool</span>`
const foot = html`<p>
  A development tool: it keeps the newest spans in memory, writes nothing to disk, and forgets everything when it stops.
  <a href="https://www.jaegertracing.io">Jaeger</a> does more; its <a href="/openapi.json">read API</a> works here too.
</p>`

/** Makes a whole page, as text. */
export function renderPage({ title, ...page }: Pick<Page, 'title' | 'path' | 'script' | 'main'>): string {
  return sitePage(site, { ...page, title: `${title} · Trace viewer`, root: '/', corner, foot })
}
