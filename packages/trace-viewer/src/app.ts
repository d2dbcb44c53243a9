import {
  assetRoutes,
  createServer,
  prefersHtml,
  refuseOtherSites,
  sendSecurityHeaders,
  type App,
  type FastifyReply,
  type FastifyRequest,
  type LogOptions
} from '@bookinfo/service-kit'
import { assets } from './assets.ts'
import type { TraceViewerConfig } from './config.ts'
import { jaegerRoutes } from './jaeger/routes.ts'
import { labPage } from './lab/routes.ts'
import { createLogStore } from './log-store.ts'
import { otlpRoutes } from './otlp/routes.ts'
import { expectedSharesRoutes, type ExpectedShares } from './routes/expected-shares.ts'
import { runFileRoutes } from './routes/run-file.ts'
import { logLineRoutes } from './routes/log-lines.ts'
import { overviewPages } from './routes/overview-pages.ts'
import { tracePages } from './routes/trace-pages.ts'
import { createTraceStore } from './trace-store.ts'
import { renderPage } from './views/layout.ts'
import { problemView } from './views/notices.ts'

const VERSION = '0.1.0'
const MAX_LOG_LINES = 10_000
/** Each may hold 2 MiB as sent and 16 MiB unpacked. Senders wait, and repeat what gets 503. */
const MAX_REQUESTS_OF_SPANS = 16

export interface TraceViewerDeps {
  logStream?: LogOptions['stream']
  /** Milliseconds since 1970. */
  now?: () => number
}

/** Two apps around one store, each for a port of its own, as people expect of Jaeger. */
export interface TraceViewer {
  /** The pages and the read API. */
  ui: App
  /** Takes spans. */
  receiver: App
}

export function buildApp(config: TraceViewerConfig, deps: TraceViewerDeps = {}): TraceViewer {
  const { logStream, now = Date.now } = deps
  const common = { version: VERSION, log: { level: config.LOG_LEVEL, stream: logStream } }
  const store = createTraceStore(config.MAX_SPANS)
  const logs = createLogStore(MAX_LOG_LINES)

  const { app: ui } = createServer({
    ...common,
    name: 'trace-viewer',
    title: 'Trace viewer',
    description: 'Traces in memory, for development; the read API is Jaeger’s.',
    errorPage
  })
  refuseOtherSites(ui, config)
  sendSecurityHeaders(ui, pagePolicy, { 'referrer-policy': 'no-referrer', 'x-frame-options': 'SAMEORIGIN' })
  ui.register(jaegerRoutes, { store, now })
  ui.register(logLineRoutes, { logs })
  let shares: ExpectedShares = {}
  const otlpAddress = () => `http://127.0.0.1:${portOf(receiver) ?? config.OTLP_PORT}`
  const pages = { store, logs, now, otlpAddress, expectedShares: () => shares }
  ui.register(expectedSharesRoutes, { keep: (heard) => (shares = heard) })
  ui.register(runFileRoutes, { store, logs })
  ui.register(overviewPages, pages)
  ui.register(tracePages, pages)
  ui.register(labPage, { labUrl: config.LAB_URL })
  ui.register(assetRoutes, { assets })

  const { app: receiver } = createServer({
    ...common,
    name: 'trace-receiver',
    title: 'OTLP receiver of the trace viewer',
    description: 'Takes spans over OTLP/HTTP.',
    settings: { MAX_REQUESTS_IN_FLIGHT: MAX_REQUESTS_OF_SPANS }
  })
  refuseOtherSites(receiver, config)
  receiver.register(otlpRoutes, { store })
  return { ui, receiver }
}

/** The port that an app listens on, which the system chooses for port 0. */
function portOf({ server }: App): number | undefined {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : undefined
}

/** The pages load and run nothing but their own files. */
const pagePolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'self'"
}

function errorPage(request: FastifyRequest, { statusCode: status }: FastifyReply, message: string): string | undefined {
  const wantsHtml = prefersHtml(request.headers.accept) && !request.url.startsWith('/api/')
  if (!wantsHtml) return undefined
  return renderPage({ title: String(status), path: '', main: problemView(status, message) })
}
