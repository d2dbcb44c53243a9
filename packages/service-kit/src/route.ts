import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For what probes and scrapers ask all day: logged at debug. */
    quiet?: boolean
    /** The route as spans, metrics and logs name it; never the path itself. Undefined where no route took a request. */
    pattern?: string
  }
  interface FastifyRequest {
    /** What is known of the route that took the request. */
    route: FastifyContextConfig
  }
}

/** Tells each request its route. Must be called before any route is added. */
export function nameRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    // Some routes take an id from the end of a wildcard, as the original did; to the reader it is an id.
    route.config = { ...route.config, pattern: route.url.replace('*', ':id') }
  })
  app.decorateRequest('route')
  app.addHook('onRequest', (request, _reply, done) => {
    request.route = request.routeOptions.config
    done()
  })
}
