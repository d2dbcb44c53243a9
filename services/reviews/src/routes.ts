import { Health, parseProductId, ProductIdParams, Reviews, type Ratings } from '@bookinfo/contracts'
import { createError, ErrorBody, type FastifyPluginAsyncTypebox, type Upstream } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { plainReviews, ratedReviews, type Origin } from './reviews.ts'

const NoNumericId = createError('BOOKINFO_NO_NUMERIC_ID', 'please provide numeric product id', 400)

/** The serialiser writes optional fields last, but the original writes the cluster before the reviews. */
const OwnReviews = Type.Required(Reviews)

export interface ReviewsRoutesOptions {
  origin: Origin
  starColor: string
  /** Undefined in v1, which has no stars. */
  ratings: Upstream<Ratings> | undefined
}

export const reviewsRoutes: FastifyPluginAsyncTypebox<ReviewsRoutesOptions> = async (app, options) => {
  const { origin, starColor, ratings } = options

  app.get<{ Params: { id: string } }>(
    '/reviews/:id',
    {
      config: { documentedParams: ProductIdParams },
      schema: { tags: ['bookinfo'], summary: 'Reviews of a book', response: { 200: OwnReviews, 400: ErrorBody } }
    },
    async (request, reply) => {
      const id = parseProductId(request.params.id)
      if (id === undefined) throw new NoNumericId()
      if (!ratings) return plainReviews(id, origin)

      const start = reply.elapsedTime
      const answer = await ratings.get(`/ratings/${id}`, request.trace.headers)
      void reply.header('server-timing', `ratings;dur=${(reply.elapsedTime - start).toFixed(1)}`)
      if (!answer.ok) request.log.warn({ upstream: ratings.name, reason: answer.reason }, 'no ratings to show')
      return ratedReviews(id, origin, starColor, answer.ok ? answer.value.ratings : undefined)
    }
  )

  app.get(
    '/health',
    {
      config: { quiet: true },
      schema: { tags: ['operation'], summary: "Health, in the original's words", response: { 200: Health } }
    },
    async () => ({ status: 'Reviews is healthy' })
  )
}
