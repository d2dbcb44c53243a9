import type { Tracing } from '@bookinfo/tracing'
import type { FastifyInstance } from 'fastify'
import { Counter, Histogram, Registry } from 'prom-client'
import { Type } from 'typebox'

/** Buckets in seconds, as the semantic conventions advise: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Serves `/metrics` from a registry of the app's own, and measures every request by route. */
export function serveMetrics(app: FastifyInstance, tracing: Tracing): Registry {
  const registry = new Registry()
  const duration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests served',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: DURATION_BUCKETS,
    registers: [registry]
  })

  new Counter({
    name: 'otel_spans_dropped_total',
    help: 'Spans that could not be sent',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(tracing.droppedSpans())
    }
  })

  app.addHook('onResponse', (request, reply, done) => {
    duration.observe(
      {
        http_request_method: request.method,
        http_route: request.routeOptions.url ?? '(none)',
        http_response_status_code: reply.statusCode
      },
      reply.elapsedTime / 1000
    )
    done()
  })

  app.register(async (scope) => {
    scope.get(
      '/metrics',
      {
        config: { quiet: true },
        schema: {
          tags: ['operation'],
          summary: 'Metrics for Prometheus',
          produces: ['text/plain'],
          response: { 200: Type.String() }
        }
      },
      async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics())
    )
  })
  return registry
}
