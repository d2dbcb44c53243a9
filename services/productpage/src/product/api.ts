import { BookDetails, parseProductId, ProductIdParams, Products, Ratings, Reviews } from '@bookinfo/contracts'
import {
  createError,
  ErrorBody,
  NotFound,
  type FastifyPluginAsyncTypebox,
  type FastifyReply,
  type UpstreamResult
} from '@bookinfo/service-kit'
import { Type, type TSchema } from 'typebox'
import { signedInUser, type NowMs } from '../session/session.ts'
import { refusalIn, sorry, statusOf } from '../upstreams/call-result.ts'
import type { CalledName } from '../upstreams/called-services.ts'
import { callerOf, type Ask, type Upstreams } from '../upstreams/upstreams.ts'
import { shownProduct } from './page.ts'

export const NoNumericId = createError('BOOKINFO_NO_NUMERIC_ID', 'please provide numeric product id', 400)

export interface ApiRoutesOptions {
  upstreams: Upstreams
  nowMs: NowMs
}

/** The JSON API: the checked answers of the three services, or their error status with the sentence for people. */
export const apiRoutes: FastifyPluginAsyncTypebox<ApiRoutesOptions> = async (app, { upstreams, nowMs }) => {
  app.get(
    '/api/v1/products',
    { schema: { tags: ['bookinfo'], summary: 'The books', response: { 200: Products } } },
    async () => [shownProduct]
  )

  passOn('/api/v1/products/:id', 'Facts about a book', BookDetails, 'details', upstreams.details)
  passOn('/api/v1/products/:id/reviews', 'Reviews of a book', Reviews, 'reviews', upstreams.reviews)
  passOn('/api/v1/products/:id/ratings', 'Stars by reviewer', Ratings, 'ratings', upstreams.ratings)

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
    async (_request, reply) => reply.type('text/html; charset=utf-8').send('Product page is healthy')
  )

  function passOn<T>(url: string, summary: string, schema: TSchema, what: CalledName, ask: Ask<T>): void {
    app.get<{ Params: { id: string } }>(
      url,
      {
        config: { documentedParams: ProductIdParams },
        schema: {
          tags: ['bookinfo'],
          summary,
          description: `Other statuses are those of ${what}, with the body of 500.`,
          response: { 200: schema, 400: ErrorBody, 500: ErrorBody }
        }
      },
      async (request, reply) => {
        // With an empty segment the path is unknown, as in the original.
        if (request.params.id === '') throw new NotFound(request.url.split('?', 1)[0])
        const id = parseProductId(request.params.id)
        if (id === undefined) throw new NoNumericId()
        return answer(reply, what, await ask(id, callerOf(request, signedInUser(request, nowMs))))
      }
    )
  }
}

/** Answers with the body of a service, or with its error status and the reason: that of a refusal, else the sentence for people. */
export function answer<T>(reply: FastifyReply, what: CalledName, result: UpstreamResult<T>): FastifyReply {
  void reply.type('application/json')
  // The checked text goes on unchanged: numbers keep their form, and unknown fields stay.
  if (result.ok) return reply.send(result.text)
  const body: ErrorBody = { error: refusalIn(result) ?? sorry(what) }
  return reply.code(statusOf(result)).send(body)
}
