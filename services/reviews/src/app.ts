import { Ratings } from '@bookinfo/contracts'
import {
  createServer,
  createUpstream,
  openDispatcher,
  upstreamOrigins,
  type App,
  type LogOptions,
  type Tracing
} from '@bookinfo/service-kit'
import type { ReviewsConfig } from './config.ts'
import { reviewsRoutes } from './routes.ts'

/**
 * The time limit of the call to ratings depends on the colour: this is the lesson of the fault-injection task. With a delay of 7 s,
 * v2 still waits when productpage has given up, and v3 answers in time without stars.
 */
const BLACK_STARS_TIMEOUT_MS = 10_000
const OTHER_STARS_TIMEOUT_MS = 2_500

export { ReviewsConfig } from './config.ts'

export interface ReviewsDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  /** Replaces the lesson's time limit in tests. */
  ratingsTimeoutMs?: number
  /** Connections to ratings at the same time; replaces the kit's limit in tests. */
  maxConnections?: number
}

export function buildApp(config: ReviewsConfig, deps: ReviewsDeps = {}): App {
  const { app } = createServer({
    name: 'reviews',
    title: 'Bookinfo reviews',
    description: 'Reviews of one book, with or without stars.',
    version: config.SERVICE_VERSION,
    settings: config,
    hops: 1,
    tracing: deps.tracing,
    log: { level: config.LOG_LEVEL, stream: deps.logStream },
    router: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }
  })
  const dispatcher = openDispatcher(app, config.UPSTREAM_CONNECTIONS, { maxConnections: deps.maxConnections })

  const lessonTimeoutMs = config.STAR_COLOR === 'black' ? BLACK_STARS_TIMEOUT_MS : OTHER_STARS_TIMEOUT_MS
  const ratings = createUpstream({
    name: 'ratings',
    origins: upstreamOrigins({
      hostnames: config.RATINGS_HOSTNAME,
      port: config.RATINGS_SERVICE_PORT,
      domain: config.SERVICES_DOMAIN
    }),
    schema: Ratings,
    timeoutMs: deps.ratingsTimeoutMs ?? lessonTimeoutMs,
    dispatcher
  })
  app.register(reviewsRoutes, {
    // The original answers Java's "null" for a pod or a cluster without a name, and productpage expects this word.
    origin: { podname: config.HOSTNAME || 'null', clustername: config.CLUSTER_NAME || 'null' },
    starColor: config.STAR_COLOR,
    ratings: config.ENABLE_RATINGS ? ratings : undefined
  })
  return app
}
