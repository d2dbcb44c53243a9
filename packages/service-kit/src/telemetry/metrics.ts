import { knownMethod, type Tracing } from '@bookinfo/tracing'
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge } from 'prom-client'
import { Type } from 'typebox'
import { createDurationHistogram, writeMetrics, type MetricsRegistry } from './metrics-registry.ts'
import type { RequestEndListener } from '../server/request-end.ts'

/** Serves `/metrics` from the app's own registry. */
export function serveMetrics(app: FastifyInstance, registry: MetricsRegistry, tracing: Tracing): void {
  new Counter({
    name: 'otel_spans_dropped_total',
    help: 'Spans that could not be sent',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(tracing.sending().dropped)
    }
  })
  new Gauge({
    name: 'otel_spans_waiting',
    help: 'Spans that wait to be sent or are on their way',
    registers: [registry],
    collect() {
      this.set(tracing.sending().waiting)
    }
  })

  app.register(async (scope) => {
    scope.get(
      '/metrics',
      {
        config: { quiet: true },
        schema: {
          tags: ['operation'],
          summary: 'Metrics for Prometheus; in OpenMetrics, with exemplars, for those who accept it',
          produces: ['text/plain', 'application/openmetrics-text'],
          response: { 200: Type.String() }
        }
      },
      async ({ headers }, reply) => {
        const { contentType, text } = await writeMetrics(registry, headers.accept ?? '')
        return reply.type(contentType).header('vary', 'Accept').send(text)
      }
    )
  })
}

export interface RequestMetrics {
  /** Measures a request by its route until its end, complete or not. */
  measure: RequestEndListener
  /** Counts an answer to a request that never reached a route. */
  countRefused: (status: number) => void
}

export function createRequestMetrics(registry: MetricsRegistry): RequestMetrics {
  const observe = createDurationHistogram(registry, {
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests served',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code', 'error_type']
  })
  return {
    measure(request, reply, { status, error }) {
      const labels = {
        http_request_method: knownMethod(request.method),
        http_route: request.route.pattern ?? NO_ROUTE,
        http_response_status_code: status,
        error_type: error?.name ?? errorOf(status)
      }
      observe(labels, reply.elapsedTime / 1000, request.trace.exemplar)
    },
    countRefused(status) {
      const labels = { http_request_method: '_OTHER', http_route: NO_ROUTE, http_response_status_code: status }
      observe({ ...labels, error_type: errorOf(status) }, 0)
    }
  }
}

const NO_ROUTE = '(none)'

function errorOf(status: number | undefined): string | undefined {
  return status !== undefined && status >= 500 ? String(status) : undefined
}
