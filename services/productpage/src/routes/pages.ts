import type { FastifyPluginAsyncTypebox, FastifyRequest } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import type { CalledService } from '../called-services.ts'
import { flood } from '../flood.ts'
import { shownProduct } from '../products.ts'
import { signedInUser, type Clock } from '../session.ts'
import { ratingsTime, serverTiming, timed, type Timings } from '../timings.ts'
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
  /** Where people look at traces; empty if nowhere. */
  traceUiUrl: string
  now: Clock
}

export const pageRoutes: FastifyPluginAsyncTypebox<PageRoutesOptions> = async (app, options) => {
  const { upstreams, services, floodFactor, traceUiUrl, now } = options
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
      const user = signedInUser(request, now)
      const caller = callerOf(request, user)
      await flood(floodFactor, upstreams, caller)
      const [details, reviews] = await Promise.all([
        timed(reply, upstreams.details(shownProduct.id, caller)),
        timed(reply, upstreams.reviews(shownProduct.id, caller))
      ])
      const timings: Timings = {
        details: details.ms,
        reviews: reviews.ms,
        ratings: ratingsTime(reviews.answer),
        total: reply.elapsedTime
      }
      const main = productView({
        product: shownProduct,
        details: details.answer,
        reviews: reviews.answer,
        timings,
        traceUrl: traceUrl(request)
      })
      // The title is what Istio's documentation looks for.
      const text = renderPage({ title: 'Simple Bookstore App', user, path: '/productpage', main })
      return reply
        .type(HTML)
        .headers({ vary: 'Cookie', 'server-timing': serverTiming(timings) })
        .send(text)
    }
  )

  function traceUrl({ trace }: FastifyRequest): string | undefined {
    const { trace_id: id } = trace.logIds
    return traceUiUrl === '' || id === undefined ? undefined : `${traceUiUrl}/trace/${id}`
  }

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
