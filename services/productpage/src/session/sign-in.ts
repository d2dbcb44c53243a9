import {
  createError,
  ErrorBody,
  readBodies,
  type FastifyPluginAsyncTypebox,
  type FastifyRequest
} from '@bookinfo/service-kit'
import { Type } from 'typebox'
import { parseForm } from './form.ts'
import { redirectTarget } from './redirect-target.ts'
import { signIn, signOut, userNameFrom, userNameRule, type NowMs } from './session.ts'

const BadUserName = createError('BOOKINFO_BAD_USER_NAME', `${userNameRule}; please choose another`, 400)
const BadForm = createError('BOOKINFO_BAD_FORM', 'the sign-in form is malformed', 400)

const SignInForm = Type.Object({
  username: Type.Optional(Type.String({ description: 'Any name; jason is the one that lessons look for' })),
  passwd: Type.Optional(Type.String({ description: 'Not looked at' }))
})

/** Sent twice, the first counts. */
const SignInQuery = Type.Object({ username: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])) })

const answers = {
  302: Type.Null({ description: 'Back to the page that the reader came from' }),
  400: ErrorBody
}

export interface SignInRoutesOptions {
  nowMs: NowMs
}

/** Sign-in without a password check, as in the original: the user name only decides how the mesh routes. */
export const signInRoutes: FastifyPluginAsyncTypebox<SignInRoutesOptions> = async (app, { nowMs }) => {
  readBodies(app, async (bytes, contentType) => {
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
        description: 'A username in the query wins over one in the form.',
        consumes: ['application/x-www-form-urlencoded', 'multipart/form-data'],
        querystring: SignInQuery,
        body: SignInForm,
        response: answers
      },
      preValidation: async (request) => {
        request.body ??= {}
      }
    },
    async (request, reply) => {
      const [asked] = [request.query.username].flat()
      const user = userNameFrom(asked ?? request.body.username ?? '')
      if (user === undefined) throw new BadUserName()
      if (user === '') signOut(reply)
      else signIn(reply, user, nowMs)
      return reply.redirect(targetFor(request), 302)
    }
  )

  app.get(
    '/logout',
    { schema: { tags: ['bookinfo'], summary: 'Signs out', response: { 302: answers[302] } } },
    async (request, reply) => {
      signOut(reply)
      return reply.redirect(targetFor(request), 302)
    }
  )
}

function targetFor({ headers }: FastifyRequest): string {
  return redirectTarget(headers.referer, headers.host ?? '')
}
