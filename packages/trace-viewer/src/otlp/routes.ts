import type { FastifyPluginAsyncTypebox, FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import type { TraceStore } from '../trace-store.ts'
import { decodeSpans, encodingOf, unpack, type Encoding } from './decode.ts'
import { encodeStatus } from './protobuf.ts'

/** Bytes of a request as it is sent. Twice as much is read before the connection is cut, so that the sender hears why. */
const BODY_LIMIT = 2 * 1024 * 1024

const contentTypes = { json: 'application/json', protobuf: 'application/x-protobuf' }

/** Codes of google.rpc.Status, by the HTTP status that they come with. */
const statusCodes: Record<number, number> = { 400: 3, 413: 8, 415: 3 }
const INTERNAL = 13

export interface OtlpRoutesOptions {
  store: TraceStore
}

/** OTLP over HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export const otlpRoutes: FastifyPluginAsyncTypebox<OtlpRoutesOptions> = async (app, { store }) => {
  app.setErrorHandler(refuse)
  const route = { bodyLimit: BODY_LIMIT, config: { quiet: true }, schema: { hide: true } }

  app.post('/v1/traces', route, async (request, reply) => {
    const encoding = encodingOf(contentTypeOf(request))
    const bytes = await unpack(bodyOf(request), request.headers['content-encoding'])
    store.add(decodeSpans(bytes, encoding), bytes.length)
    return accept(reply, encoding)
  })

  // Senders that are given one address for everything would log an error for each of these otherwise.
  for (const ignored of ['/v1/metrics', '/v1/logs']) {
    app.post(ignored, route, async (request, reply) => accept(reply, encodingOf(contentTypeOf(request))))
  }
}

function contentTypeOf({ headers }: FastifyRequest): string {
  return headers['content-type'] ?? ''
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** An empty response message: everything was taken. */
function accept(reply: FastifyReply, encoding: Encoding): FastifyReply {
  return reply.type(contentTypes[encoding]).send(encoding === 'json' ? '{}' : Buffer.alloc(0))
}

function refuse(error: { statusCode?: number; message: string }, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode = 500 } = error
  if (statusCode >= 500) request.log.error({ err: error }, 'request failed')
  const message = statusCode >= 500 ? 'internal server error' : error.message
  const status = { code: statusCodes[statusCode] ?? INTERNAL, message }
  const binary = contentTypeOf(request).startsWith(contentTypes.protobuf)
  void reply
    .code(statusCode)
    .type(contentTypes[binary ? 'protobuf' : 'json'])
    .send(binary ? Buffer.from(encodeStatus(status)) : JSON.stringify(status))
}
