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
 * Milliseconds for ratings. That the colour decides is the lesson of the fault-injection task: with 7 s of delay, v2 waits
 * for its stars until productpage has given up, and v3 shows in time that it has none.
 */
const BLACK_STARS_TIMEOUT_MS = 10_000
const OTHER_STARS_TIMEOUT_MS = 2_500

export interface ReviewsDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  /** In place of the lesson's, for tests. */
  ratingsTimeoutMs?: number
  /** To ratings at once, in place of the kit's, for tests. */
  maxConnections?: number
}

/** @returns the milliseconds that stars of a colour are waited for */
export function ratingsTimeoutFor(starColor: string): number {
  return starColor === 'black' ? BLACK_STARS_TIMEOUT_MS : OTHER_STARS_TIMEOUT_MS
}

export function buildApp(config: ReviewsConfig, deps: ReviewsDeps = {}): App {
  const { app } = createServer({
    name: 'reviews',
    title: 'Bookinfo reviews',
    description: 'Reviews of one book, with or without stars.',
    version: config.SERVICE_VERSION,
    tracing: deps.tracing,
    log: { level: config.LOG_LEVEL, stream: deps.logStream },
    router: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true }
  })
  const dispatcher = openDispatcher(app, config.UPSTREAM_CONNECTIONS, { maxConnections: deps.maxConnections })

  const ratings = createUpstream({
    name: 'ratings',
    origins: upstreamOrigins({
      hostnames: config.RATINGS_HOSTNAME,
      port: config.RATINGS_SERVICE_PORT,
      domain: config.SERVICES_DOMAIN
    }),
    schema: Ratings,
    timeoutMs: deps.ratingsTimeoutMs ?? ratingsTimeoutFor(config.STAR_COLOR),
    dispatcher
  })
  app.register(reviewsRoutes, {
    // The original prints Java's null where nothing names pod or cluster, and productpage looks for that word.
    origin: { podname: config.HOSTNAME || 'null', clustername: config.CLUSTER_NAME || 'null' },
    starColor: config.STAR_COLOR,
    ratings: config.ENABLE_RATINGS ? ratings : undefined
  })
  return app
}
