import { GivenStars, ProductIdParams, Ratings, parseProductId } from '@bookinfo/contracts'
import {
  createError,
  ErrorBody,
  readBodies,
  type FastifyPluginAsyncTypebox,
  type FastifyRequest
} from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { answer, NoNumericId } from '../product/api.ts'
import type { ShowProduct } from '../product/page.ts'
import { ForeignRequest, hasFormToken, refuseForeign } from '../session/csrf.ts'
import { isForm, parseForm } from '../session/form.ts'
import { signedInUser, type NowMs } from '../session/session.ts'
import { refusalIn, statusOf } from '../upstreams/call-result.ts'
import { callerOf, type Upstreams } from '../upstreams/upstreams.ts'
import { giveStars } from './reader-stars.ts'

const NotSignedIn = createError('BOOKINFO_NOT_SIGNED_IN', 'please sign in to give stars', 403)
const NoStars = createError('BOOKINFO_NO_STARS', 'please give 1 to 5 whole stars', 400)

const TRY_AGAIN = 'They are still chosen below: please try again in a moment.'

const Stars = Type.Object(
  {
    stars: GivenStars,
    token: Type.Optional(Type.String({ description: 'From the form in the page; JSON needs none' }))
  },
  { examples: [{ stars: 5 }] }
)

/** Relative to the address of the stars, so it works under any path prefix. */
const PAGE = '../../../../productpage#your-stars'

export interface StarsRoutesOptions {
  upstreams: Upstreams
  showProduct: ShowProduct
  publicOrigins: readonly string[]
  nowMs: NowMs
}

/** Takes the stars of signed-in users, from the form in the page or as JSON. */
export const starsRoutes: FastifyPluginAsyncTypebox<StarsRoutesOptions> = async (app, options) => {
  const { upstreams, showProduct, nowMs } = options
  readBodies(app, parseStars)

  // After a failed form the browser shows this address, and a reload asks for it.
  app.get('/api/v1/products/:id/stars', { schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(PAGE, 303)
  )

  app.post<{ Params: { id: string }; Body: { stars: GivenStars } }>(
    '/api/v1/products/:id/stars',
    {
      config: { documentedParams: ProductIdParams },
      schema: {
        tags: ['bookinfo'],
        summary: 'Gives stars in the name of the signed-in user',
        description:
          'As JSON, the answer is all stars by reviewer, or that of ratings with the body of 500. As a form, it leads back ' +
          'to the page, or is the page with the stars still chosen: 502 if ratings fail, 504 if they are late, and ' +
          'their own status if they refuse.',
        consumes: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
        body: Stars,
        response: {
          200: Ratings,
          303: Type.Null({ description: 'Back to the page' }),
          400: ErrorBody,
          403: ErrorBody,
          409: ErrorBody,
          500: ErrorBody
        }
      },
      preValidation: async (request) => refuseForgery(request, options),
      errorHandler: (error) => {
        throw error.validation ? new NoStars() : error
      }
    },
    async (request, reply) => {
      const id = parseProductId(request.params.id)
      if (id === undefined) throw new NoNumericId()
      const user = signedInUser(request, nowMs)
      if (user === undefined) throw new NotSignedIn()
      const { stars } = request.body
      const result = await giveStars(upstreams, { id, user, stars }, callerOf(request, user))
      if (!isForm(contentType(request))) return answer(reply, 'ratings', result)
      if (result.ok) return reply.redirect(PAGE, 303)
      const refusal = refusalIn(result)
      const status = result.kind === 'timeout' ? 504 : 502
      void reply.code(refusal === undefined ? status : statusOf(result))
      return showProduct(request, reply, { stars, reason: refusal ?? TRY_AGAIN })
    }
  )
}

/**
 * Guards against CSRF. Another site can make a browser send a form in a reader's name, so a form needs the CSRF token of its
 * session. JSON needs none: before sending it, a browser asks for permission (CORS), which this site gives to nobody.
 */
function refuseForgery(request: FastifyRequest, { publicOrigins, nowMs }: StarsRoutesOptions): void {
  if (signedInUser(request, nowMs) === undefined) throw new NotSignedIn()
  refuseForeign(request, publicOrigins)
  if (isForm(contentType(request)) && !hasFormToken(request, tokenIn(request.body))) throw new ForeignRequest()
}

function tokenIn(body: unknown): string {
  return typeof body === 'object' && body !== null && 'token' in body ? String(body.token) : ''
}

function contentType({ headers }: FastifyRequest): string {
  return headers['content-type'] ?? ''
}

/** @returns undefined for a body that is neither JSON nor a form; validation then refuses it */
async function parseStars(bytes: Buffer, type: string): Promise<unknown> {
  try {
    if (/^application\/json\b/i.test(type)) return JSON.parse(bytes.toString())
    const { stars = '', ...fields } = await parseForm(bytes, type)
    return { ...fields, stars: /^[1-5]$/.test(stars) ? Number(stars) : stars }
  } catch {
    return undefined
  }
}
