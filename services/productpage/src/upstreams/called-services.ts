import { upstreamOrigins } from '@bookinfo/service-kit'
import type { ProductpageConfig } from '../config.ts'

/** A service that productpage calls. */
export interface CalledService {
  name: string
  what: string
  /** The origins from the settings; calls go to them in turn. */
  origins: readonly string[]
}

export function calledServices(config: ProductpageConfig) {
  const { SERVICES_DOMAIN: domain } = config
  const service = (name: string, what: string, hostnames: string, port: number): CalledService => ({
    name,
    what,
    origins: upstreamOrigins({ hostnames, port, domain })
  })
  return {
    details: service('details', 'facts about a book', config.DETAILS_HOSTNAME, config.DETAILS_SERVICE_PORT),
    reviews: service('reviews', 'what readers wrote', config.REVIEWS_HOSTNAME, config.REVIEWS_SERVICE_PORT),
    ratings: service('ratings', 'the stars that they gave', config.RATINGS_HOSTNAME, config.RATINGS_SERVICE_PORT)
  }
}

export type CalledServices = ReturnType<typeof calledServices>
export type CalledName = keyof CalledServices
