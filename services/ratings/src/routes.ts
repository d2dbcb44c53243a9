import { GivenRatings, Health, parseProductId, ProductIdParams, type ProductId } from '@bookinfo/contracts'
import { createError, ErrorBody, parseJson, readBodies, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import type { IncomingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import type { Faults } from './faults.ts'
import { Busy, type RatingsStore } from './store/store.ts'
import { StoredRatings } from './store/stored-ratings.ts'

const NoNumericId = createError('BOOKINFO_NO_NUMERIC_ID', 'please provide numeric product ID', 400)
const NoValidRatings = createError('BOOKINFO_NO_VALID_RATINGS', 'please provide valid ratings JSON', 400)
const Unavailable = createError('BOOKINFO_UNAVAILABLE', 'Service unavailable', 503)
const BadKeep = createError(
  'BOOKINFO_BAD_KEEP',
  'keep may only be others, with the header end-user and stars of that reviewer',
  400
)

/**
 * The stars of one reader, in a form that also works with the original, which ignores the query and replaces all stars of a product.
 * So the body may contain the stars of others. With `keep=others` only those of `end-user` are stored. The others may be outdated, or
 * come from another replica.
 */
const KeepQuery = Type.Object({
  keep: Type.Optional(
    Type.Enum(['others'], {
      description: 'Stores the stars of the reviewer in the header `end-user`, and leaves all others as they are'
    })
  )
})

/** Reviewer names to stars. */
const BODY_LIMIT = 16 * 1024
/** Seconds. The queue of a working database is empty by then. */
const RETRY_AFTER_S = 1

export interface RatingsRoutesOptions {
  store: RatingsStore
  faults: Faults
}

export const ratingsRoutes: FastifyPluginAsyncTypebox<RatingsRoutesOptions> = async (app, { store, faults }) => {
  readBodies(app, parseJson)
  app.addHook('onError', async (_request, reply, error) => {
    if (error instanceof Busy) void reply.header('retry-after', String(RETRY_AFTER_S))
  })
  const ratings = {
    url: '/ratings/*',
    config: { documentedParams: ProductIdParams },
    // Before the body is read: the original checks the id first.
    onRequest: async ({ url }: { url: string }) => void productIdAtEnd(url)
  }
  const documentation = { tags: ['bookinfo'], response: { 200: StoredRatings, 400: ErrorBody } }

  app.route({
    ...ratings,
    method: 'GET',
    schema: {
      ...documentation,
      summary: 'Stars by reviewer',
      response: { ...documentation.response, 500: ErrorBody, 503: ErrorBody }
    },
    handler: async (request) => {
      const id = productIdAtEnd(request.url)
      if (await faults.refusesRead()) throw new Unavailable()
      return store.read(id, request)
    }
  })

  app.route({
    ...ratings,
    method: 'POST',
    bodyLimit: BODY_LIMIT,
    schema: {
      ...documentation,
      summary: 'Gives stars: v1 replaces those of the product until the process ends, v2 merges them in its database',
      querystring: KeepQuery,
      body: GivenRatings,
      response: { ...documentation.response, 409: ErrorBody, 500: ErrorBody, 501: ErrorBody, 503: ErrorBody }
    },
    handler: async (request) => {
      const id = productIdAtEnd(request.url)
      if (request.query.keep === undefined) return store.write(id, request.body, request)
      return store.merge(id, starsOfEndUser(request.body, request.headers), request)
    },
    errorHandler: (error) => {
      if (error.validationContext === 'querystring') throw new BadKeep()
      if (error.validation || error.statusCode === 413) throw new NoValidRatings()
      throw error
    }
  })

  app.route({
    url: ratings.url,
    config: ratings.config,
    method: 'OPTIONS',
    schema: { tags: documentation.tags, summary: 'Whether stars can be given: `Allow` names POST, or does not' },
    handler: async (_request, reply) => {
      void reply.header('allow', store.writable() ? 'GET, HEAD, OPTIONS, POST' : 'GET, HEAD, OPTIONS')
      return reply.code(200).send('')
    }
  })

  app.get(
    '/health',
    {
      config: { quiet: true },
      schema: {
        tags: ['operation'],
        summary: "Health, in the original's words",
        response: { 200: Health, 500: Health }
      }
    },
    async (_request, reply) =>
      faults.healthy() ? { status: 'Ratings is healthy' } : reply.code(500).send({ status: 'Ratings is not healthy' })
  )
}

/** The id is the last segment of the path as it was sent, unescaped, as in the original. */
function productIdAtEnd(url: string): ProductId {
  const path = url.split('?', 1)[0] ?? ''
  const id = parseProductId(path.slice(path.lastIndexOf('/') + 1))
  if (id === undefined) throw new NoNumericId()
  return id
}

/** @throws BadKeep without `end-user`, or if the body has no stars of that reviewer */
function starsOfEndUser(given: GivenRatings, headers: IncomingHttpHeaders): GivenRatings {
  // Names travel as UTF-8, and Node reads headers byte by byte.
  const reviewer = Buffer.from(String(headers['end-user'] ?? ''), 'latin1').toString()
  const stars = Object.hasOwn(given, reviewer) ? given[reviewer] : undefined
  if (!('end-user' in headers) || stars === undefined) throw new BadKeep()
  return { [reviewer]: stars }
}
