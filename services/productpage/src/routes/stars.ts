import { GivenStars, ProductIdParams, Ratings, parseProductId } from '@bookinfo/contracts'
import {
  createError,
  ErrorBody,
  readBodies,
  type FastifyPluginAsyncTypebox,
  type FastifyRequest
} from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { hasFormToken } from '../form-token.ts'
import { isForm, parseForm } from '../form.ts'
import { giveStars } from '../reader-stars.ts'
import { comesFromElsewhere } from '../same-site.ts'
import { signedInUser, type Clock } from '../session.ts'
import type { Upstreams } from '../upstreams.ts'
import { answer, NoNumericId } from './api.ts'
import { callerOf } from './caller.ts'
import type { ShowProduct } from './product.ts'

const NotSignedIn = createError('BOOKINFO_NOT_SIGNED_IN', 'please sign in to give stars', 403)
const ForeignForm = createError(
  'BOOKINFO_FOREIGN_FORM',
  'this did not come from a page of this site and this session: please open the page again, and give the stars there',
  403
)
const NoStars = createError('BOOKINFO_NO_STARS', 'please give 1 to 5 whole stars', 400)

const Stars = Type.Object({
  stars: GivenStars,
  token: Type.Optional(Type.String({ description: 'From the form in the page; JSON needs none' }))
})

const PAGE = '/productpage#your-stars'

export interface StarsRoutesOptions {
  upstreams: Upstreams
  showProduct: ShowProduct
  now: Clock
}

/** Stars of who is signed in: by the form in the page, or as JSON. */
export const starsRoutes: FastifyPluginAsyncTypebox<StarsRoutesOptions> = async (app, options) => {
  const { upstreams, showProduct, now } = options
  readBodies(app, parseStars)

  // Where a form has failed, signing out leads back to its address.
  app.get('/api/v1/products/:id/stars', { schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(PAGE, 303)
  )

  app.post<{ Params: { id: string }; Body: { stars: GivenStars } }>(
    '/api/v1/products/:id/stars',
    {
      config: { documentedParams: ProductIdParams },
      schema: {
        tags: ['bookinfo'],
        summary: 'Gives stars, in the name of who is signed in',
        description:
          'As JSON, the answer is all stars by reviewer, or that of ratings with the body of 500. As a form, it leads back ' +
          'to the page, or is the page with the stars still chosen: 502 if ratings fail, 504 if they are late.',
        consumes: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
        body: Stars,
        response: {
          200: Ratings,
          303: Type.Null({ description: 'Back to the page' }),
          400: ErrorBody,
          403: ErrorBody,
          500: ErrorBody
        }
      },
      preValidation: async (request) => refuseStrangers(request, now),
      errorHandler: (error) => {
        throw error.validation ? new NoStars() : error
      }
    },
    async (request, reply) => {
      const id = parseProductId(request.params.id)
      if (id === undefined) throw new NoNumericId()
      const user = signedInUser(request, now)
      if (user === undefined) throw new NotSignedIn()
      const { stars } = request.body
      const result = await giveStars(upstreams, { id, user, stars }, callerOf(request, user))
      if (!isForm(contentType(request))) return answer(reply, 'ratings', result)
      if (result.ok) return reply.redirect(PAGE, 303)
      return showProduct(request, reply.code(result.kind === 'timeout' ? 504 : 502), stars)
    }
  )
}

/**
 * What another site could make a browser send in a reader's name is a form: that needs the session's own token. For JSON a
 * browser would first ask this site, which allows it to nobody.
 */
function refuseStrangers(request: FastifyRequest, now: Clock): void {
  if (signedInUser(request, now) === undefined) throw new NotSignedIn()
  if (comesFromElsewhere(request)) throw new ForeignForm()
  if (isForm(contentType(request)) && !hasFormToken(request, tokenIn(request.body))) throw new ForeignForm()
}

function tokenIn(body: unknown): string {
  return typeof body === 'object' && body !== null && 'token' in body ? String(body.token) : ''
}

function contentType({ headers }: FastifyRequest): string {
  return headers['content-type'] ?? ''
}

/** @returns undefined for what is neither JSON nor a form, which validation then refuses */
async function parseStars(bytes: Buffer, type: string): Promise<unknown> {
  try {
    if (/^application\/json\b/i.test(type)) return JSON.parse(bytes.toString())
    const { stars = '', ...fields } = await parseForm(bytes, type)
    return { ...fields, stars: /^[1-5]$/.test(stars) ? Number(stars) : stars }
  } catch {
    return undefined
  }
}
