import { buildApp as buildDetails, DetailsConfig } from '@bookinfo/details'
import { buildApp as buildProductpage, ProductpageConfig } from '@bookinfo/productpage'
import { buildApp as buildRatings, RatingsConfig } from '@bookinfo/ratings'
import { buildApp as buildReviews, ReviewsConfig } from '@bookinfo/reviews'
import { loadConfig, type App, type Tracing } from '@bookinfo/service-kit'
import {
  refusingPort,
  startApp,
  type CollectedLog,
  type LogLine,
  type StartOptions
} from '@bookinfo/service-kit/testing'
import { chosenSubstrate, type Env, type RunningService, type ServiceName } from './substrate.ts'

export const startDetails = starter('details', (env) => loadConfig(DetailsConfig, env, []), buildDetails)
export const startRatings = starter('ratings', (env) => loadConfig(RatingsConfig, env, []), buildRatings)
export const startReviews = starter('reviews', (env) => loadConfig(ReviewsConfig, env, []), buildReviews)
export const startProductpage = starter(
  'productpage',
  (env) => loadConfig(ProductpageConfig, env, []),
  buildProductpage,
  { SESSION_SECRET: 'known to the tests alone' }
)

/** The settings of the three versions of reviews, as their images have them. */
export const reviewsVersions = {
  v1: { SERVICE_VERSION: 'v1', ENABLE_RATINGS: 'false', STAR_COLOR: 'black', HOSTNAME: 'reviews-v1-pod' },
  v2: { SERVICE_VERSION: 'v2', ENABLE_RATINGS: 'true', STAR_COLOR: 'black', HOSTNAME: 'reviews-v2-pod' },
  v3: { SERVICE_VERSION: 'v3', ENABLE_RATINGS: 'true', STAR_COLOR: 'red', HOSTNAME: 'reviews-v3-pod' }
} satisfies Record<string, Env>
export type ReviewsVersion = keyof typeof reviewsVersions

export interface SuiteOptions {
  /** The versions of reviews that productpage asks, in turn; all three if absent. */
  reviews?: readonly ReviewsVersion[]
  /** Services that refuse connections. */
  down?: readonly ('details' | 'reviews' | 'ratings')[]
  /** Trace mode, a way of tracing for each service; forward mode if absent. */
  tracing?: (service: string) => Tracing
}

/** The origins of the services. */
export interface Suite extends AsyncDisposable {
  productpage: string
  details: string
  ratings: string
  reviews: Record<ReviewsVersion, string>
  /** What any of them has logged as an error so far. */
  readonly errors: LogLine[]
}

/** Starts the whole suite on free ports. Disposing of it stops it, and fails if any service has logged an error. */
export async function startSuite({
  reviews: shown = ['v1', 'v2', 'v3'],
  down = [],
  tracing
}: SuiteOptions = {}): Promise<Suite> {
  await using starting = new AsyncDisposableStack()
  const traced = (service: string) => (tracing ? { tracing: tracing(service) } : {})
  const details = starting.use(await startDetails({}, traced('details')))
  const ratings = starting.use(await startRatings({}, traced('ratings')))
  const closedPort = await refusingPort()
  const portOf = (name: 'details' | 'ratings', { port }: RunningService) => (down.includes(name) ? closedPort : port)
  const ratingsAddress = addressOf('ratings', portOf('ratings', ratings))

  const startVersion = async (version: ReviewsVersion) =>
    starting.use(await startReviews({ ...reviewsVersions[version], ...ratingsAddress }, traced(`reviews-${version}`)))
  const reviews = { v1: await startVersion('v1'), v2: await startVersion('v2'), v3: await startVersion('v3') }
  const reviewsPorts = down.includes('reviews') ? [closedPort] : shown.map((version) => reviews[version].port)

  const productpage = starting.use(
    await startProductpage(
      {
        ...addressOf('details', portOf('details', details)),
        ...ratingsAddress,
        REVIEWS_HOSTNAME: reviewsPorts.map((port) => `127.0.0.1:${port}`).join(',')
      },
      traced('productpage')
    )
  )
  const running = starting.move()
  const services = [details, ratings, reviews.v1, reviews.v2, reviews.v3, productpage]
  return {
    productpage: productpage.origin,
    details: details.origin,
    ratings: ratings.origin,
    reviews: { v1: reviews.v1.origin, v2: reviews.v2.origin, v3: reviews.v3.origin },
    get errors() {
      return services.flatMap(({ log }) => log.errors())
    },
    [Symbol.asyncDispose]: () => running.disposeAsync()
  }
}

/** The two settings that say where a service is. */
export function addressOf(name: 'details' | 'reviews' | 'ratings', port: number): Env {
  return { [`${name.toUpperCase()}_HOSTNAME`]: '127.0.0.1', [`${name.toUpperCase()}_SERVICE_PORT`]: String(port) }
}

type LogStream = CollectedLog['stream']

/**
 * Starts one service by the settings that an operator would give it, in this process or where the run wants its services.
 * Chance, clock and budgets may be replaced in this process alone.
 */
function starter<Config, Deps>(
  name: ServiceName,
  load: (env: Env) => Config,
  build: (config: Config, deps: Partial<Deps> & { logStream: LogStream }) => App,
  defaults: Env = {}
) {
  return (env: Env = {}, deps: Partial<Deps> = {}, options: StartOptions = {}): Promise<RunningService> => {
    const settings = { ...defaults, ...env }
    const substrate = chosenSubstrate()
    if (!substrate) return startApp((logStream) => build(load(settings), { ...deps, logStream }), options)
    if (Object.keys(deps).length > 0)
      throw new Error(`${Object.keys(deps).join(', ')}: only this process can have that`)
    return substrate(name, settings, options)
  }
}
