import { BookDetails, parseProductId, ProductIdParams, Products, Ratings, Reviews } from '@bookinfo/contracts'
import {
  createError,
  ErrorBody,
  NotFound,
  type FastifyPluginAsyncTypebox,
  type FastifyReply,
  type UpstreamResult
} from '@bookinfo/service-kit'
import type { TSchema } from 'typebox'
import type { CalledName } from '../called-services.ts'
import { products } from '../products.ts'
import { signedInUser, type Clock } from '../session.ts'
import type { Ask, Upstreams } from '../upstreams.ts'
import { sorry } from '../sorry.ts'
import { callerOf } from './caller.ts'

export const NoNumericId = createError('BOOKINFO_NO_NUMERIC_ID', 'please provide numeric product id', 400)

export interface ApiRoutesOptions {
  upstreams: Upstreams
  now: Clock
}

/** The JSON API: what the upstreams say, checked, or their status with a sentence of regret. */
export const apiRoutes: FastifyPluginAsyncTypebox<ApiRoutesOptions> = async (app, { upstreams, now }) => {
  app.get(
    '/api/v1/products',
    { schema: { tags: ['bookinfo'], summary: 'The books', response: { 200: Products } } },
    async () => products
  )

  passOn('/api/v1/products/:id', 'Facts about a book', BookDetails, 'details', upstreams.details)
  passOn('/api/v1/products/:id/reviews', 'Reviews of a book', Reviews, 'reviews', upstreams.reviews)
  passOn('/api/v1/products/:id/ratings', 'Stars by reviewer', Ratings, 'ratings', upstreams.ratings)

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
        // An empty segment is no id: the path is unknown, as in the original.
        if (request.params.id === '') throw new NotFound(request.url.split('?', 1)[0])
        const id = parseProductId(request.params.id)
        if (id === undefined) throw new NoNumericId()
        return answer(reply, what, await ask(id, callerOf(request, signedInUser(request, now))))
      }
    )
  }
}

/** What an upstream says, or its status with a sentence of regret. */
export function answer<T>(reply: FastifyReply, what: CalledName, result: UpstreamResult<T>): FastifyReply {
  void reply.type('application/json')
  // The text as it came, after it was checked: numbers keep their form, and nothing is lost on the way.
  if (result.ok) return reply.send(result.text)
  const body: ErrorBody = { error: sorry(what) }
  return reply.code(result.status ?? 500).send(result.status === 204 ? undefined : body)
}
