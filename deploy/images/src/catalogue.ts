export type Service = 'productpage' | 'details' | 'reviews' | 'ratings'

/** An image: a service with the settings that make it this variant. */
export interface Image {
  name: string
  service: Service
  /** Arguments of the Dockerfile, which become environment variables. */
  args: Record<string, string>
}

/** All images, with the original's names. */
export const catalogue: readonly Image[] = [
  image('productpage', { SERVICE_VERSION: 'v1' }),
  image('productpage', { SERVICE_VERSION: 'v-flooding', FLOOD_FACTOR: '100' }),
  image('details', { SERVICE_VERSION: 'v1' }),
  image('details', { SERVICE_VERSION: 'v2', ENABLE_EXTERNAL_BOOK_SERVICE: 'true' }),
  image('reviews', { SERVICE_VERSION: 'v1' }),
  image('reviews', { SERVICE_VERSION: 'v2', ENABLE_RATINGS: 'true' }),
  image('reviews', { SERVICE_VERSION: 'v3', ENABLE_RATINGS: 'true', STAR_COLOR: 'red' }),
  image('ratings', { SERVICE_VERSION: 'v1' }),
  image('ratings', { SERVICE_VERSION: 'v2' }),
  image('ratings', { SERVICE_VERSION: 'v-faulty' }),
  image('ratings', { SERVICE_VERSION: 'v-delayed' }),
  image('ratings', { SERVICE_VERSION: 'v-unavailable' }),
  image('ratings', { SERVICE_VERSION: 'v-unhealthy' })
]

function image(service: Service, args: Record<string, string> & { SERVICE_VERSION: string }): Image {
  return { name: `examples-bookinfo-${service}-${args.SERVICE_VERSION}`, service, args }
}
