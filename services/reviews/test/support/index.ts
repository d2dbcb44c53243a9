import { loadConfig } from '@bookinfo/service-kit'
import { serviceStarter, type Env } from '@bookinfo/service-kit/testing'
import { buildApp, ReviewsConfig } from '../../src/app.ts'

export const startReviews = serviceStarter({
  name: 'reviews',
  load: (env) => loadConfig(ReviewsConfig, env, []),
  build: buildApp
})

/** The settings of the three versions of reviews, as their images have them. */
export const reviewsVersions = {
  v1: { SERVICE_VERSION: 'v1', ENABLE_RATINGS: 'false', STAR_COLOR: 'black', HOSTNAME: 'reviews-v1-pod' },
  v2: { SERVICE_VERSION: 'v2', ENABLE_RATINGS: 'true', STAR_COLOR: 'black', HOSTNAME: 'reviews-v2-pod' },
  v3: { SERVICE_VERSION: 'v3', ENABLE_RATINGS: 'true', STAR_COLOR: 'red', HOSTNAME: 'reviews-v3-pod' }
} satisfies Record<string, Env>
export type ReviewsVersion = keyof typeof reviewsVersions
