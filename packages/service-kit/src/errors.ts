import createError from '@fastify/error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'

/** The one form of an error body, Bookinfo's. */
export const ErrorBody = Type.Object({ error: Type.String() })
export type ErrorBody = Static<typeof ErrorBody>

/** 4xx tell the caller what to fix. */
export const BodyTooLarge = createError('BOOKINFO_BODY_TOO_LARGE', 'the request body is larger than %s bytes', 413)
export const NotFound = createError('BOOKINFO_NOT_FOUND', 'there is no %s here', 404)
export const MethodNotAllowed = createError(
  'BOOKINFO_METHOD_NOT_ALLOWED',
  '%s is not allowed here; allowed are %s',
  405
)

/** 5xx tell the log; the caller gets one fixed sentence. */
const INTERNAL_ERROR: ErrorBody = { error: 'internal server error' }

/** Turns anything thrown below a route into an answer. */
export function replyWithError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode ?? 500
  reply.type('application/json')
  if (status >= 500 && !error.code?.startsWith('BOOKINFO_')) {
    request.log.error({ err: error }, 'request failed')
    void reply.code(status).send(INTERNAL_ERROR)
    return
  }
  void reply.code(status).send({ error: error.message } satisfies ErrorBody)
}
