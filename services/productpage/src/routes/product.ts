import type { GivenStars } from '@bookinfo/contracts'
import type { FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import { flood } from '../flood.ts'
import { formToken } from '../form-token.ts'
import { shownProduct } from '../products.ts'
import { readerStars } from '../reader-stars.ts'
import { signedInUser, type Clock } from '../session.ts'
import { ratingsTime, serverTiming, timed, type Timings } from '../timings.ts'
import type { Caller, Upstreams } from '../upstreams.ts'
import { renderPage } from '../views/layout.ts'
import { productView } from '../views/product.ts'
import type { StarsForm } from '../views/stars-form.ts'
import { callerOf } from './caller.ts'

export interface ProductPageOptions {
  upstreams: Upstreams
  floodFactor: number
  /** Where people look at traces; empty if nowhere. */
  traceUiUrl: string
  now: Clock
}

/**
 * Makes the page of the book, and sets the headers that go with it.
 *
 * @param unstored stars that could not be stored just now: they stay chosen, and the page says so
 */
export type ShowProduct = (request: FastifyRequest, reply: FastifyReply, unstored?: GivenStars) => Promise<string>

export function productPage({ upstreams, floodFactor, traceUiUrl, now }: ProductPageOptions): ShowProduct {
  const { id } = shownProduct

  /** Nobody else is asked for a page of somebody who is not signed in: the lessons count on that. */
  async function starsForm(
    token: string,
    user: string,
    caller: Caller,
    unstored?: GivenStars
  ): Promise<StarsForm | undefined> {
    const [ratings, possible] = await Promise.all([upstreams.ratings(id, caller), upstreams.canGiveStars(id, caller)])
    const form = { action: `/api/v1/products/${id}/stars`, token, unstored }
    if (ratings.ok && possible) return { ...form, stars: readerStars(ratings.value, user) }
    return unstored === undefined ? undefined : { ...form, stars: undefined }
  }

  function traceUrl({ trace }: FastifyRequest): string | undefined {
    const { trace_id } = trace.logIds
    return traceUiUrl === '' || trace_id === undefined ? undefined : `${traceUiUrl}/trace/${trace_id}`
  }

  return async (request, reply, unstored) => {
    const user = signedInUser(request, now)
    const caller = callerOf(request, user)
    await flood(floodFactor, upstreams, caller)
    const [details, reviews, stars] = await Promise.all([
      timed(reply, upstreams.details(id, caller)),
      timed(reply, upstreams.reviews(id, caller)),
      user === undefined ? undefined : starsForm(formToken(request, reply), user, caller, unstored)
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
      stars,
      timings,
      traceUrl: traceUrl(request)
    })
    // The title is what Istio's documentation looks for.
    void reply.type('text/html; charset=utf-8').headers({ vary: 'Cookie', 'server-timing': serverTiming(timings) })
    return renderPage({ title: 'Simple Bookstore App', user, path: '/productpage', main })
  }
}
