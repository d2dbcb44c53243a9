import createError from '@fastify/error'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'

/** The one form of an error body, Bookinfo's. */
export const ErrorBody = Type.Object({ error: Type.String() })
export type ErrorBody = Static<typeof ErrorBody>

/** 4xx tell the caller what to fix. */
export const BodyBrokenOff = createError('BOOKINFO_BODY_BROKEN_OFF', 'the request body broke off', 400)
export const BodyTooLarge = createError('BOOKINFO_BODY_TOO_LARGE', 'the request body is larger than %s bytes', 413)
export const BadHost = createError('BOOKINFO_BAD_HOST', 'a request needs one valid Host header', 400)
export const BadPath = createError('BOOKINFO_BAD_PATH', 'the path is not valid percent-encoding', 400)
export const BadTarget = createError('BOOKINFO_BAD_TARGET', 'the request target is neither a path nor a URL', 400)
export const ExpectationFailed = createError('BOOKINFO_EXPECTATION', 'only 100-continue can be expected here', 417)
export const NotFound = createError('BOOKINFO_NOT_FOUND', 'there is no %s here', 404)
export const MethodNotAllowed = createError(
  'BOOKINFO_METHOD_NOT_ALLOWED',
  '%s is not allowed here; allowed are %s',
  405
)

export const UnknownCoding = createError('BOOKINFO_UNKNOWN_CODING', 'the only transfer coding here is chunked', 501)
/** Without a stack, whose making took 7 % of a refusal. */
export const Overloaded = createError(
  'BOOKINFO_OVERLOADED',
  'too many requests are in flight: try again later',
  503,
  Error,
  false
)

/** 5xx tell the log; the caller gets one fixed sentence. */
const INTERNAL_ERROR = 'internal server error'

/** Makes an HTML page about an error and sets its headers; undefined for a client that gets JSON. The reply has the status. */
export type ErrorPage = (request: FastifyRequest, reply: FastifyReply, message: string) => string | Buffer | undefined

/** Turns anything thrown below a route into an answer. */
export function createErrorHandler(errorPage: ErrorPage = () => undefined) {
  return function replyWithError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
    const unforeseen = !error.statusCode || (error.statusCode >= 500 && !error.code?.startsWith('BOOKINFO_'))
    if (unforeseen) request.log.error({ err: error }, 'request failed')
    const status = error.statusCode ?? 500
    const body: ErrorBody = { error: unforeseen ? INTERNAL_ERROR : error.message }
    const page = errorPage(request, reply.code(status), body.error)
    if (page === undefined) void reply.type('application/json').send(body)
    else void reply.type('text/html; charset=utf-8').send(page)
  }
}
