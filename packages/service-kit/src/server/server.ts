import { forwardTracing, type Tracing } from '@bookinfo/tracing'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import createFastify from 'fastify'
import { loadConfig } from '../process/config.ts'
import { ServerSettings } from '../process/settings.ts'
import { recordCalls } from '../telemetry/call-metrics.ts'
import { createRequestLog, logging, type LogOptions } from '../telemetry/log.ts'
import { createRegistry, type MetricsRegistry } from '../telemetry/metrics-registry.ts'
import { createRequestMetrics, serveMetrics } from '../telemetry/metrics.ts'
import { readBodies } from './body.ts'
import { createBrokenRequestHandler, type BrokenRequestHandler } from './broken-requests.ts'
import { connectionOptions } from './connection-options.ts'
import { createErrorHandler, type ErrorPage } from './errors.ts'
import { boundLoad } from './load.ts'
import { answerOtherMethods } from './methods.ts'
import { serveOpenApi } from './openapi.ts'
import { serveProbes, type Lifecycle } from './probes.ts'
import { checkProtocol } from './protocol.ts'
import { followRequests } from './request-lifecycle.ts'
import { compileSchemasLazily } from './schemas.ts'

/** Each service adds headers to the calls that it makes; what one service accepts, the next must not refuse. */
const HEADER_KIB_PER_HOP = 4

export interface ServerOptions {
  name: string
  title: string
  description: string
  version: string
  log: LogOptions
  /** The defaults if absent. */
  settings?: Partial<ServerSettings>
  /** How many services of the suite may have handed a request on before it comes here. */
  hops?: number
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

/** An app with everything that all services share; the service adds its routes with `app.register`. */
export function createServer(options: ServerOptions): Server {
  const { title, description, version, tracing = forwardTracing } = options
  const settings = { ...loadConfig(ServerSettings, {}, []), ...options.settings }
  const maxHeaderKib = settings.MAX_HEADER_KIB + HEADER_KIB_PER_HOP * (options.hops ?? 0)
  const registry = createRegistry()
  const metrics = createRequestMetrics(registry)
  const brokenRequests = createBrokenRequestHandler({
    version,
    maxHeaderKib,
    onRefused(status, reason) {
      metrics.countRefused(status)
      app.log.info({ status, error: reason }, 'request refused')
    }
  })
  const app = createApp(options, { ...settings, MAX_HEADER_KIB: maxHeaderKib }, brokenRequests)
  const lifecycle: Lifecycle = { stopping: false }
  brokenRequests.refuseTunnels(app)
  compileSchemasLazily(app)
  answerOtherMethods(app)
  readBodies(app, (bytes) => bytes)
  app.setErrorHandler(createErrorHandler(options.errorPage))
  const logRequest = createRequestLog(options.name, version, options.log)
  followRequests(app, tracing, { onCallEnd: recordCalls(app, registry), onEnd: [metrics.measure, logRequest] })
  app.addHook('onRequest', (request, reply, done) => {
    // Any content type is accepted; Fastify would refuse a malformed one.
    if (request.mediaType === undefined) delete request.headers['content-type']
    // No route takes QUERY. Without a content type Fastify would answer 400, and not 405.
    if (request.method === 'QUERY') request.headers['content-type'] ??= 'application/octet-stream'
    void reply.header('x-service-version', version)
    done()
  })
  boundLoad(app, settings.MAX_REQUESTS_IN_FLIGHT)
  checkProtocol(app)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // RFC 8259 gives JSON no charset parameter; Fastify adds one.
    if (reply.getHeader('content-type') === 'application/json; charset=utf-8')
      void reply.header('content-type', 'application/json')
    done()
  })
  serveOpenApi(app, { title, description, version })
  serveMetrics(app, registry, tracing)
  serveProbes(app, lifecycle, options.whyNotReady ?? (() => undefined))
  app.decorate('lifecycle', lifecycle)
  app.decorate('registry', registry)
  return { app, registry }
}

function createApp(options: ServerOptions, settings: ServerSettings, brokenRequests: BrokenRequestHandler) {
  return createFastify({
    ...logging(options.name, options.version, options.log),
    ...connectionOptions(settings),
    // A long id deserves the answer "not a number", so the limit of the headers is the only one.
    routerOptions: { maxParamLength: settings.MAX_HEADER_KIB * 1024, ...options.router },
    clientErrorHandler: (error, socket) => brokenRequests.handleClientError(error, socket)
  }).withTypeProvider<TypeBoxTypeProvider>()
}
