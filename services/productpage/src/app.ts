import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import {
  assetRoutes,
  createServer,
  openDispatcher,
  type App,
  type LogOptions,
  type Tracing
} from '@bookinfo/service-kit'
import { randomBytes } from 'node:crypto'
import { originsIn, type ProductpageConfig } from './config.ts'
import { apiRoutes } from './product/api.ts'
import { productPage, productRoutes } from './product/page.ts'
import { refuseCompressedBodies } from './session/form.ts'
import type { NowMs } from './session/session.ts'
import { signInRoutes } from './session/sign-in.ts'
import { assets } from './site/assets.ts'
import { brotliOptions, COMPRESSION_THRESHOLD_BYTES, compressOnce } from './site/constant-pages.ts'
import { docsRoutes } from './site/docs.ts'
import { errorPages } from './site/error-page.ts'
import { homeRoutes } from './site/home.ts'
import { protectPages } from './site/security-headers.ts'
import { starsRoutes } from './stars/route.ts'
import { calledServices } from './upstreams/called-services.ts'
import { createUpstreams, UPSTREAM_TIMEOUT_MS } from './upstreams/upstreams.ts'

export { ProductpageConfig } from './config.ts'

export interface ProductpageDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  /** Replaces the lesson's 3 s in tests. */
  upstreamTimeoutMs?: number
  nowMs?: NowMs
}

export function buildApp(config: ProductpageConfig, deps: ProductpageDeps = {}): App {
  const { logStream, upstreamTimeoutMs = UPSTREAM_TIMEOUT_MS, nowMs = Date.now } = deps
  const { app, registry } = createServer({
    name: 'productpage',
    title: 'Bookinfo productpage',
    description: 'The page that people see, and the JSON API behind it.',
    version: config.SERVICE_VERSION,
    settings: config,
    tracing: deps.tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    errorPage: errorPages(nowMs),
    router: { ignoreDuplicateSlashes: true }
  })
  const dispatcher = openDispatcher(app, config.UPSTREAM_CONNECTIONS)
  const services = calledServices(config)
  const upstreams = createUpstreams(services, registry, { dispatcher, timeoutMs: upstreamTimeoutMs })

  if (config.SESSION_SECRET === '') {
    app.log.warn('SESSION_SECRET is not set: people are signed out when this process ends, and by every other replica')
  }
  app.register(cookie, { secret: config.SESSION_SECRET || randomBytes(32).toString('hex') })
  protectPages(app, config.FRAME_ANCESTORS, config.ANSWERS_URL)
  compressOnce(app)
  app.register(compress, {
    threshold: COMPRESSION_THRESHOLD_BYTES,
    encodings: ['br', 'gzip'],
    brotliOptions,
    globalDecompression: false
  })
  refuseCompressedBodies(app)
  const { FLOOD_FACTOR: floodFactor, TRACE_UI_URL: traceUiUrl, ANSWERS_URL: answersUrl } = config
  const publicOrigins = originsIn(config.PUBLIC_ORIGIN).map((origin) => new URL(origin).origin)
  const showProduct = productPage({ upstreams, floodFactor, traceUiUrl, answersUrl, nowMs })
  app.register(productRoutes, { showProduct })
  app.register(homeRoutes, { services: Object.values(services), nowMs })
  app.register(signInRoutes, { publicOrigins, nowMs })
  app.register(apiRoutes, { upstreams, nowMs })
  app.register(starsRoutes, { upstreams, showProduct, publicOrigins, nowMs })
  app.register(docsRoutes, { nowMs })
  app.register(assetRoutes, { assets })
  return app
}
