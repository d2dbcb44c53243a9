import { startDetails } from '@bookinfo/details/testing'
import { startRatings } from '@bookinfo/ratings/testing'
import { reviewsVersions, startReviews, type ReviewsVersion } from '@bookinfo/reviews/testing'
import { loadConfig, type Tracing } from '@bookinfo/service-kit'
import {
  addressOf,
  refusingPort,
  serviceStarter,
  type LogLine,
  type RunningService
} from '@bookinfo/service-kit/testing'
import { buildApp, ProductpageConfig } from '../../src/app.ts'

export const startProductpage = serviceStarter({
  name: 'productpage',
  load: (env) => loadConfig(ProductpageConfig, env, []),
  build: buildApp,
  defaults: { SESSION_SECRET: 'known to the tests alone' }
})

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
