import type { GivenStars, Product } from '@bookinfo/contracts'
import type { FastifyPluginAsyncTypebox, FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { formToken } from '../session/csrf.ts'
import { signedInUser, type NowMs } from '../session/session.ts'
import { asPage, renderPage } from '../site/layout.ts'
import { rootOf } from '../site/root.ts'
import { readerStars } from '../stars/reader-stars.ts'
import type { StarsForm } from '../stars/view.ts'
import { callerOf, type Caller, type Upstreams } from '../upstreams/upstreams.ts'
import { ratingsTime, serverTiming, timed, type Timings } from './timings.ts'
import { productView } from './view.ts'

/** The one book of the list and of the page. The services answer for every other id too. */
export const shownProduct: Product = {
  id: 0,
  title: 'The Comedy of Errors',
  descriptionHtml:
    '<a href="https://en.wikipedia.org/wiki/The_Comedy_of_Errors">Wikipedia Summary</a>: The Comedy of Errors is one of ' +
    "<b>William Shakespeare's</b> early plays. It is his shortest and one of his most farcical comedies, with a major part " +
    'of the humour coming from slapstick and mistaken identity, in addition to puns and word play.'
}

export interface ProductPageOptions {
  upstreams: Upstreams
  /** Calls to reviews before each page, whose answers are ignored: the lesson of the image `productpage-v-flooding`. */
  floodFactor: number
  /** Address of a trace viewer; empty if there is none. */
  traceUiUrl: string
  answersUrl: string
  nowMs: NowMs
}

/** Stars that could not be stored: they stay chosen in the form, and the page says why. */
export interface UnstoredStars {
  stars: GivenStars
  reason: string
}

/** Makes the page of the book and sets its headers. */
export type ShowProduct = (request: FastifyRequest, reply: FastifyReply, unstored?: UnstoredStars) => Promise<string>

export const productRoutes: FastifyPluginAsyncTypebox<{ showProduct: ShowProduct }> = async (app, { showProduct }) => {
  app.get(
    '/productpage',
    {
      schema: {
        tags: ['bookinfo'],
        summary: 'The book with its details and reviews; 200 even if services fail',
        produces: ['text/html'],
        response: { 200: Type.String() }
      }
    },
    (request, reply) => showProduct(request, reply)
  )
}

export function productPage(options: ProductPageOptions): ShowProduct {
  const { upstreams, floodFactor, traceUiUrl, answersUrl, nowMs } = options
  const { id } = shownProduct

  /** Only the page of a signed-in user calls ratings: the lessons depend on that. */
  async function starsForm(user: string, caller: Caller, form: StarsForm): Promise<StarsForm | undefined> {
    const [ratings, possible] = await Promise.all([upstreams.ratings(id, caller), upstreams.canGiveStars(id, caller)])
    if (ratings.ok && possible) return { ...form, stars: readerStars(ratings.value, user) }
    return form.unstored && form
  }

  function traceUrl({ trace }: FastifyRequest): string | undefined {
    const { trace_id } = trace.logIds
    return traceUiUrl === '' || trace_id === undefined ? undefined : `${traceUiUrl}/trace/${trace_id}`
  }

  return async (request, reply, unstored) => {
    const user = signedInUser(request, nowMs)
    const caller = callerOf(request, user)
    const root = rootOf(request)
    const action = `${root}api/v1/products/${id}/stars`
    await Promise.all(Array.from({ length: floodFactor }, () => upstreams.reviews(id, caller)))
    const before = reply.elapsedTime
    const [details, reviews, stars] = await Promise.all([
      timed(reply, upstreams.details(id, caller)),
      timed(reply, upstreams.reviews(id, caller)),
      user === undefined
        ? undefined
        : starsForm(user, caller, { action, token: formToken(request, reply), stars: undefined, unstored })
    ])
    const timings: Timings = {
      before,
      details: details.ms,
      reviews: reviews.ms,
      ratings: ratingsTime(reviews.answer),
      total: reply.elapsedTime
    }
    const endRendering = request.trace.startWork?.('render page')
    const main = productView({
      root,
      product: shownProduct,
      details: details.answer,
      reviews: reviews.answer,
      stars,
      timings,
      traceUrl: traceUrl(request),
      answersUrl
    })
    // Istio's documentation searches the page for this title.
    void asPage(reply).header('server-timing', serverTiming(timings))
    const page = renderPage({ title: 'Simple Bookstore App', user, path: '/productpage', root, main })
    endRendering?.()
    return page
  }
}
