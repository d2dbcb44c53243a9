import { createError, ErrorBody, readBodies, type FastifyPluginAsyncTypebox } from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { refuseForeign } from './csrf.ts'
import { isForm, parseForm } from './form.ts'
import { redirectTarget } from './redirect-target.ts'
import { signIn, signOut, userNameFrom, userNameRule, type NowMs } from './session.ts'

const BadUserName = createError('BOOKINFO_BAD_USER_NAME', `${userNameRule}; please choose another`, 400)
const BadForm = createError('BOOKINFO_BAD_FORM', 'the sign-in form is malformed', 400)
const NoForm = createError('BOOKINFO_NO_FORM', 'please send the user name in a form, as the page does', 415)

const SignInForm = Type.Object(
  {
    username: Type.Optional(Type.String({ description: 'Any name; the lessons sign in as jason' })),
    passwd: Type.Optional(Type.String({ description: 'Ignored' }))
  },
  { examples: [{ username: 'jason' }] }
)

/** Of several names the first counts. */
const SignInQuery = Type.Object({ username: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])) })

const answers = {
  302: Type.Null({ description: 'To the page that the reader came from' }),
  400: ErrorBody,
  403: ErrorBody,
  415: ErrorBody
}

export interface SignInRoutesOptions {
  publicOrigins: readonly string[]
  nowMs: NowMs
}

/** Sign-in without a password check, as in the original: the user name only decides how the mesh routes. */
export const signInRoutes: FastifyPluginAsyncTypebox<SignInRoutesOptions> = async (app, { publicOrigins, nowMs }) => {
  readBodies(app, async (bytes, contentType) => {
    if (bytes.length === 0) return {}
    if (!isForm(contentType)) return undefined
    try {
      return await parseForm(bytes, contentType)
    } catch (error) {
      throw new BadForm({ cause: error })
    }
  })

  app.post(
    '/login',
    {
      schema: {
        tags: ['bookinfo'],
        summary: 'Signs in',
        description:
          'A user name in the query has precedence over one in the form. An error leaves the session as it is.',
        consumes: ['application/x-www-form-urlencoded', 'multipart/form-data'],
        querystring: SignInQuery,
        body: SignInForm,
        response: answers
      },
      preValidation: async (request) => {
        refuseForeign(request, publicOrigins)
        if (request.body === undefined && hasBody(request.headers) && !request.query.username) throw new NoForm()
        request.body ??= {}
      }
    },
    async (request, reply) => {
      const [asked] = [request.query.username].flat()
      const user = userNameFrom(asked ?? request.body.username ?? '')
      if (user === undefined) throw new BadUserName()
      signIn(reply, user, nowMs)
      return reply.redirect(redirectTarget(request, publicOrigins), 302)
    }
  )

  app.get(
    '/logout',
    {
      schema: { tags: ['bookinfo'], summary: 'Signs out', response: { 302: answers[302], 403: ErrorBody } },
      preValidation: async (request) => refuseForeign(request, publicOrigins)
    },
    async (request, reply) => {
      signOut(reply)
      return reply.redirect(redirectTarget(request, publicOrigins), 302)
    }
  )
}

function hasBody(headers: {
  'content-length'?: string | undefined
  'transfer-encoding'?: string | undefined
}): boolean {
  return 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0
}
