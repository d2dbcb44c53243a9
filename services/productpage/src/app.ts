import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import {
  assetRoutes,
  createServer,
  openDispatcher,
  type App,
  type FastifyRequest,
  type LogOptions,
  type Tracing
} from '@bookinfo/service-kit'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:zlib'
import { assets } from './assets.ts'
import { calledServices } from './called-services.ts'
import { refuseCompressedBodies } from './compressed-body.ts'
import type { ProductpageConfig } from './config.ts'
import { isForm } from './form.ts'
import { apiRoutes } from './routes/api.ts'
import { docsRoutes } from './routes/docs.ts'
import { pageRoutes } from './routes/pages.ts'
import { productPage } from './routes/product.ts'
import { signInRoutes } from './routes/sign-in.ts'
import { starsRoutes } from './routes/stars.ts'
import { signedInUser, type Clock } from './session.ts'
import { createUpstreams, UPSTREAM_TIMEOUT_MS } from './upstreams.ts'
import { errorView } from './views/error.ts'
import { renderPage } from './views/layout.ts'

export interface ProductpageDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  /** In place of the lesson's, for tests. */
  upstreamTimeoutMs?: number
  now?: Clock
}

export function buildApp(config: ProductpageConfig, deps: ProductpageDeps = {}): App {
  const { logStream, upstreamTimeoutMs = UPSTREAM_TIMEOUT_MS, now = () => Date.now() / 1000 } = deps
  const { app, registry } = createServer({
    name: 'productpage',
    title: 'Bookinfo productpage',
    description: 'The page that people see, and the JSON API behind it.',
    version: config.SERVICE_VERSION,
    tracing: deps.tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    errorPage: (request, status, message) => errorPage(request, now, status, message),
    router: { ignoreDuplicateSlashes: true }
  })
  const dispatcher = openDispatcher(app, config.UPSTREAM_CONNECTIONS)
  const services = calledServices(config)
  const upstreams = createUpstreams(services, registry, { dispatcher, timeoutMs: upstreamTimeoutMs })

  if (config.SESSION_SECRET === '') {
    app.log.warn('SESSION_SECRET is not set: people are signed out when this process ends, and by every other replica')
  }
  app.register(cookie, { secret: config.SESSION_SECRET || randomBytes(32).toString('hex') })
  app.register(helmet, securityHeaders)
  app.register(compress, { threshold: 1024, encodings: ['br', 'gzip'], brotliOptions, globalDecompression: false })
  refuseCompressedBodies(app)
  const { FLOOD_FACTOR: floodFactor, TRACE_UI_URL: traceUiUrl } = config
  const showProduct = productPage({ upstreams, floodFactor, traceUiUrl, now })
  app.register(pageRoutes, { services: Object.values(services), showProduct, now })
  app.register(signInRoutes, { now })
  app.register(apiRoutes, { upstreams, now })
  app.register(starsRoutes, { upstreams, showProduct, now })
  app.register(docsRoutes, { now })
  app.register(assetRoutes, { assets })
  return app
}

/** The pages run nothing and load nothing but the site's own styles and pictures. */
const securityHeaders = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'self'"]
    }
  },
  // Sign-in and sign-out lead back to where the reader was.
  referrerPolicy: { policy: 'same-origin' as const },
  // TLS ends at a gateway, whose business these are; over plain HTTP browsers only complain of them.
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false
}

/** The default level, 11, is for files that are compressed once. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }

function errorPage(request: FastifyRequest, now: Clock, status: number, message: string): string | undefined {
  const { accept, 'content-type': type = '' } = request.headers
  // Of the API, only what a form in a page asks for is seen by people.
  const toPeople = !request.url.startsWith('/api/') || isForm(type)
  if (!toPeople || !accept?.includes('text/html')) return undefined
  return renderPage({
    title: `${status} · Bookinfo`,
    user: signedInUser(request, now),
    path: '',
    main: errorView(status, message)
  })
}
