import { BookDetails, Health, parseProductId, ProductIdParams } from '@bookinfo/contracts'
import { createError, ErrorBody, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import type { AskForBook } from './book.ts'

const NoNumericId = createError('BOOKINFO_NO_NUMERIC_ID', 'please provide numeric product id', 400)

/** The original runs on WEBrick, which serves everything for these methods and ignores bodies. */
const methods = ['GET', 'POST', 'PUT']

export interface DetailsRoutesOptions {
  ask: AskForBook
}

export const detailsRoutes: FastifyPluginAsyncTypebox<DetailsRoutesOptions> = async (app, { ask }) => {
  const details = {
    tags: ['bookinfo'],
    summary: 'Facts about a book',
    description:
      'The id is the last segment of the path that is not empty. With an external book service, the status is 502 if it fails, ' +
      '503 if it accepts no more calls, and 504 if it is late.',
    response: { 200: BookDetails, 400: ErrorBody, 502: ErrorBody, 503: ErrorBody, 504: ErrorBody }
  }
  app.route<{ Params: { '*'?: string } }>({
    method: methods,
    url: '/details/*',
    schema: details,
    config: { documentedParams: ProductIdParams },
    handler: async ({ params, trace, log }) => {
      const segments = (params['*'] ?? '').split('/').filter((segment) => segment !== '')
      const id = parseProductId(segments.at(-1) ?? '')
      if (id === undefined) throw new NoNumericId()
      return { id, ...(await ask({ headers: trace.headers, log })) }
    }
  })
  app.route({
    method: methods,
    url: '/details',
    schema: { hide: true },
    handler: async () => {
      throw new NoNumericId()
    }
  })

  const health = { tags: ['operation'], summary: "Health, in the original's words", response: { 200: Health } }
  for (const url of ['/health', '/health/*']) {
    app.route({
      method: methods,
      url,
      config: { quiet: true },
      schema: { ...health, hide: url !== '/health' },
      handler: async () => ({ status: 'Details is healthy' })
    })
  }
}
