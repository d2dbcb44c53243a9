import type { FastifyRequest } from 'fastify'

/**
 * The pattern of the route that took a request, for spans, metrics and logs; never the path itself. Undefined where no
 * route did.
 */
export function routeOf({ routeOptions: { url } }: Pick<FastifyRequest, 'routeOptions'>): string | undefined {
  // Some routes take an id from the end of a wildcard, as the original did; to the reader it is an id.
  return url?.replace('*', ':id')
}
