import { html, type FastifyPluginAsyncTypebox, type Html } from '@bookinfo/service-kit'
import { link } from '@bookinfo/service-kit/look'
import { Type } from 'typebox'
import { signedInUser, type NowMs } from '../session/session.ts'
import type { CalledService } from '../upstreams/called-services.ts'
import { callGraphPicture } from './call-graph.ts'
import { rememberPages } from './constant-pages.ts'
import { asPage, renderPage } from './layout.ts'
import { rootOf } from './root.ts'

const links = [
  { href: '/productpage?u=normal', name: 'Normal user', what: 'the page as everybody sees it' },
  { href: '/productpage?u=test', name: 'Test user', what: 'the same page; sign in as jason to be one' },
  { href: '/api/v1/products', name: '/api/v1/products', what: 'the books, as JSON' },
  { href: '/api/v1/products/0', name: '/api/v1/products/0', what: 'facts about book 0, from details' },
  { href: '/api/v1/products/0/reviews', name: '/api/v1/products/0/reviews', what: 'its reviews, from reviews' },
  { href: '/api/v1/products/0/ratings', name: '/api/v1/products/0/ratings', what: 'its stars, from ratings' },
  { href: '/docs', name: '/docs', what: 'this service’s API, to read' },
  { href: '/openapi.json', name: '/openapi.json', what: 'the same for programs' },
  { href: '/metrics', name: '/metrics', what: 'figures for Prometheus' },
  { href: '/health', name: '/health', what: 'health, in the original’s words' },
  { href: '/livez', name: '/livez', what: 'liveness, for a probe' },
  { href: '/readyz', name: '/readyz', what: 'readiness, for a probe' }
]

export interface HomeRoutesOptions {
  services: readonly CalledService[]
  nowMs: NowMs
}

/** Serves `/`: a description of the suite, its call graph, and links to all its addresses. */
export const homeRoutes: FastifyPluginAsyncTypebox<HomeRoutesOptions> = async (app, { services, nowMs }) => {
  const schema = {
    tags: ['bookinfo'],
    summary: 'A description of the suite',
    produces: ['text/html'],
    response: { 200: Type.String() }
  }
  const remembered = rememberPages()
  for (const url of ['/', '/index.html']) {
    app.get(url, { schema }, async (request, reply) => {
      const user = signedInUser(request, nowMs)
      const root = rootOf(request)
      const render = () => renderPage({ title: 'Bookinfo', user, path: '/', root, main: homeView(services, root) })
      return asPage(reply).send(user === undefined ? remembered(root, render) : render())
    })
  }
}

function homeView(services: readonly CalledService[], root: string): Html {
  return html`<h1>Bookinfo</h1>
    <p class="lead">
      Hello! This is a simple bookstore application consisting of three services as shown below, and this page in front
      of them. It exists to show what a service mesh does: which version answers, how requests are routed, delayed,
      retried and traced.
    </p>
    <section class="card" aria-labelledby="graph-title">
      <h2 id="graph-title">Who calls whom</h2>
      ${callGraphPicture}
      <p>
        Each reload may show another version of reviews: <strong>v1</strong> shows no stars, <strong>v2</strong> black
        ones, <strong>v3</strong> red ones. Only v2 and v3 call ratings. For those who are signed in, productpage asks
        ratings too, so that they can give stars themselves.
      </p>
    </section>
    <section class="card" aria-labelledby="services-title">
      <h2 id="services-title">The services</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of services">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">What it knows</th>
              <th scope="col">Called at</th>
            </tr>
          </thead>
          <tbody>
            ${services.map(
              ({ name, what, origins }) =>
                html`<tr>
                  <th scope="row">${name}</th>
                  <td>${what}</td>
                  <td>${origins.map((origin) => html`<code>${origin}</code> `)}</td>
                </tr>`
            )}
          </tbody>
        </table>
      </div>
    </section>
    <section class="card" aria-labelledby="links-title">
      <h2 id="links-title">Pages and APIs</h2>
      <ul class="links">
        ${links.map(({ href, name, what }) => html`<li><a class="more" href="${link(root, href)}">${name}</a> <span class="small quiet">${what}</span></li>`)}
      </ul>
    </section>`
}
