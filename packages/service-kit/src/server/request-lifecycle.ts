import { forwardTracing, type CallListener, type RequestTrace, type Tracing } from '@bookinfo/tracing'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { idsOf } from '../telemetry/log.ts'
import { endOf, type RequestEndListener } from './request-end.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For probes and scrapers, which ask all day: logged at debug, without spans. */
    quiet?: boolean
    /** The route as spans, metrics and logs name it; never the path itself. Undefined if no route took the request. */
    pattern?: string
  }
  interface FastifyRequest {
    /** The route that took the request. */
    route: FastifyContextConfig
    /** The request's place in a trace, and the headers for the calls that it makes. */
    trace: RequestTrace
  }
}

export interface LifecycleListeners {
  onCallEnd: (request: FastifyRequest) => CallListener
  onEnd: readonly RequestEndListener[]
}

/**
 * Follows each request of an app from its start to its end: names its route, starts its trace, and tells the listeners how it
 * ended. Must be called before any route is added.
 */
export function followRequests(app: FastifyInstance, tracing: Tracing, { onCallEnd, onEnd }: LifecycleListeners): void {
  app.decorateRequest('route')
  app.decorateRequest('trace')

  app.addHook('onRoute', (route) => {
    // Some routes take an id from the end of a wildcard, as the original did; readers see an id.
    route.config = { ...route.config, pattern: route.url.replace('*', ':id') }
  })

  app.addHook('onRequest', (request, reply, done) => {
    const { method, raw } = request
    const route = (request.route = request.routeOptions.config)
    const { headers, rawHeaders } = raw
    const start = { method, route: route.pattern, headers, rawHeaders, onCallEnd: onCallEnd(request) }
    const trace = (request.trace = (route.quiet ? forwardTracing : tracing).startRequest(start))
    request.log = reply.log = app.log.child(idsOf(request))
    if (trace.traceresponse !== undefined) void reply.header('traceresponse', trace.traceresponse)

    // Fastify's `onResponse` reports complete answers only. A response closes exactly once: when it is finished, when its
    // caller goes away, or when it waits behind another on a connection that is lost.
    reply.raw.on('close', () => {
      const end = endOf(request, reply)
      trace.end(end.status, end.error)
      for (const listener of onEnd) listener(request, reply, end)
    })
    done()
  })
}
