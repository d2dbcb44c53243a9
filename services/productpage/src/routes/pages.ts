import type { FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import type { CalledService } from '../called-services.ts'
import { flood } from '../flood.ts'
import { shownProduct } from '../products.ts'
import { signedInUser, type Clock } from '../session.ts'
import type { Upstreams } from '../upstreams.ts'
import { homeView } from '../views/home.ts'
import { renderPage } from '../views/layout.ts'
import { productView } from '../views/product.ts'
import { callerOf } from './caller.ts'

const HTML = 'text/html; charset=utf-8'

export interface PageRoutesOptions {
  upstreams: Upstreams
  services: readonly CalledService[]
  floodFactor: number
  now: Clock
}

export const pageRoutes: FastifyPluginAsyncTypebox<PageRoutesOptions> = async (app, options) => {
  const { upstreams, services, floodFactor, now } = options
  const page = (summary: string) => ({
    schema: { tags: ['bookinfo'], summary, produces: ['text/html'], response: { 200: Type.String() } }
  })

  for (const url of ['/', '/index.html']) {
    app.get(url, page('What the suite is'), async (request, reply) => {
      const user = signedInUser(request, now)
      const main = homeView(services)
      return reply
        .type(HTML)
        .header('vary', 'Cookie')
        .send(renderPage({ title: 'Bookinfo', user, path: '/', main }))
    })
  }

  app.get(
    '/productpage',
    page('The book with its details and reviews; 200 whatever they are'),
    async (request, reply) => {
      const caller = callerOf(request, now)
      await flood(floodFactor, upstreams, caller)
      const [details, reviews] = await Promise.all([
        upstreams.details(shownProduct.id, caller),
        upstreams.reviews(shownProduct.id, caller)
      ])
      const user = signedInUser(request, now)
      const main = productView(shownProduct, details, reviews)
      // The title is what Istio's documentation looks for.
      const text = renderPage({ title: 'Simple Bookstore App', user, path: '/productpage', main })
      return reply.type(HTML).header('vary', 'Cookie').send(text)
    }
  )

  app.get(
    '/health',
    {
      config: { quiet: true },
      schema: {
        tags: ['operation'],
        summary: "Health, in the original's words",
        produces: ['text/html'],
        response: { 200: Type.String() }
      }
    },
    async (_request, reply) => reply.type(HTML).send('Product page is healthy')
  )
}
