import { forwardTracing, type CallListener, type RequestTrace, type Tracing } from '@bookinfo/tracing'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { idsOf } from './log.ts'
import type { RequestEndListener } from './request-end.ts'
import { RequestLogger } from './request-logger.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request leaves in traces, and the headers for the calls that it leads to. */
    trace: RequestTrace
  }
}

/** Traces each request of an app. What probes and scrapers ask all day leaves no spans. */
export function traceRequests(
  app: FastifyInstance,
  tracing: Tracing,
  callsOf: (request: FastifyRequest) => CallListener
): void {
  app.decorateRequest('trace')
  app.addHook('onRequest', (request, reply, done) => {
    const { headers, rawHeaders } = request.raw
    const way = request.route.quiet ? forwardTracing : tracing
    request.trace = way.startRequest({
      method: request.method,
      route: request.route.pattern,
      headers,
      rawHeaders,
      onCallEnd: callsOf(request)
    })
    // The ids of the request's own span, in the place of its caller's.
    if (tracing !== forwardTracing) request.log = reply.log = new RequestLogger(app.log, () => idsOf(request))
    if (request.trace.traceresponse !== undefined) void reply.header('traceresponse', request.trace.traceresponse)
    done()
  })
}

/** A request that got no whole answer has a span without a status, which says why. */
export const endTrace: RequestEndListener = ({ trace }, _reply, { status, error }) => trace.end(status, error)
