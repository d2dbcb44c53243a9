import { forwardTracing, type Tracing } from '@bookinfo/tracing'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import createFastify, { type FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'
import { createAccessLog } from '../telemetry/access-log.ts'
import { readBodies } from './body.ts'
import { recordCalls } from '../telemetry/call-metrics.ts'
import { createErrorHandler, type ErrorPage } from './errors.ts'
import { serveProbes, type Lifecycle } from './probes.ts'
import { compileSchemasLazily } from './schemas.ts'
import { logging, type LogOptions } from '../telemetry/log.ts'
import { answerOtherMethods } from './methods.ts'
import { measureRequests, serveMetrics } from '../telemetry/metrics.ts'
import { serveOpenApi } from './openapi.ts'
import { createRegistry, type MetricsRegistry } from '../telemetry/metrics-registry.ts'
import { followRequests, rememberRefusal } from './request-lifecycle.ts'

/** Bytes of a request body, unless a route says otherwise. */
const BODY_LIMIT = 16 * 1024

export interface ServerOptions {
  name: string
  title: string
  description: string
  version: string
  log: LogOptions
  /** Forward mode if absent. */
  tracing?: Tracing | undefined
  /** A reason not to be ready, or undefined; never another service's state, but that of an own database. */
  whyNotReady?: () => string | undefined
  /** For services that people open in a browser. */
  errorPage?: ErrorPage
  router?: { ignoreTrailingSlash?: boolean; ignoreDuplicateSlashes?: boolean }
}

export interface Server {
  app: App
  registry: MetricsRegistry
}

export type App = ReturnType<typeof createApp>

declare module 'fastify' {
  interface FastifyInstance {
    /** For the process around the app: it says when stopping begins. */
    lifecycle: Lifecycle
    registry: MetricsRegistry
  }
}

/** An app with all that is alike in every service; the service adds its routes with `app.register`. */
export function createServer(options: ServerOptions): Server {
  const { tracing = forwardTracing } = options
  const app = createApp(options)
  const lifecycle: Lifecycle = { stopping: false }
  compileSchemasLazily(app)
  answerOtherMethods(app)
  readBodies(app, (bytes) => bytes)
  app.setErrorHandler(createErrorHandler(options.errorPage))
  const registry = createRegistry()
  const accessLog = createAccessLog(options.name, options.version, options.log)
  followRequests(app, tracing, {
    onCallEnd: recordCalls(app, registry),
    onEnd: [measureRequests(registry), accessLog]
  })
  app.addHook('onRequest', (request, reply, done) => {
    // Any content type is accepted; one that is malformed Fastify would refuse by itself.
    if (request.mediaType === undefined) delete request.headers['content-type']
    void reply.header('x-service-version', options.version)
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // RFC 8259 gives JSON no charset parameter; Fastify adds one.
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8')
      void reply.header('content-type', 'application/json')
    done()
  })
  serveOpenApi(app, { title: options.title, description: options.description, version: options.version })
  serveMetrics(app, registry, tracing)
  serveProbes(app, lifecycle, options.whyNotReady ?? (() => undefined))
  app.decorate('lifecycle', lifecycle)
  app.decorate('registry', registry)
  return { app, registry }
}

function createApp({ name, version, log, router }: ServerOptions) {
  return createFastify({
    ...logging(name, version, log),
    bodyLimit: BODY_LIMIT,
    // Slow senders may not hold a connection; a request that is being answered is bounded by its upstream budgets.
    connectionTimeout: 0,
    requestTimeout: 30_000,
    // Longer than a proxy keeps its side, or the proxy meets resets.
    keepAliveTimeout: 75_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: {
      // A long id deserves the answer "not a number", so the header limit is the only one.
      maxParamLength: 16 * 1024,
      onBadUrl: (_path, _request, response) => {
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ error: 'the path is not valid percent-encoding' }))
      },
      ...router
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket)
  }).withTypeProvider<TypeBoxTypeProvider>()
}

const brokenRequests: Record<string, readonly [line: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request line and headers are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time']
}

/** What the HTTP parser refuses never reaches a route; it gets an answer of the same form as everything else. */
function answerBrokenRequest(error: { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  // Who says goodbye in the middle of a request may still read, and so is told; but it is the caller who broke it off.
  if (error.code !== 'HPE_INVALID_EOF_STATE') rememberRefusal(socket)
  const [line, message] = brokenRequests[error.code ?? ''] ?? [
    '400 Bad Request',
    'this is not a well-formed HTTP request'
  ]
  const body = JSON.stringify({ error: message })
  socket.end(
    `HTTP/1.1 ${line}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  )
}

export type { FastifyInstance }
