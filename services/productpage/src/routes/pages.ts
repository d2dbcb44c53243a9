import type { FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import type { CalledService } from '../called-services.ts'
import { signedInUser, type Clock } from '../session.ts'
import { homeView } from '../views/home.ts'
import { renderPage } from '../views/layout.ts'
import type { ShowProduct } from './product.ts'

const HTML = 'text/html; charset=utf-8'

export interface PageRoutesOptions {
  services: readonly CalledService[]
  showProduct: ShowProduct
  now: Clock
}

export const pageRoutes: FastifyPluginAsyncTypebox<PageRoutesOptions> = async (app, options) => {
  const { services, showProduct, now } = options
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

  app.get('/productpage', page('The book with its details and reviews; 200 whatever they are'), (request, reply) =>
    showProduct(request, reply)
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
