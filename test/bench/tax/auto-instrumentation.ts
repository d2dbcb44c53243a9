import { FastifyOtelInstrumentation } from '@fastify/otel'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'

/**
 * For `--import`: the standard instrumentation of what the services are made of, set up as its documentation says. Without
 * a span for each of the kit's hooks: they would be many, and nobody would look at them.
 */
const sdk = new NodeSDK({
  instrumentations: [
    new HttpInstrumentation(),
    new UndiciInstrumentation(),
    new FastifyOtelInstrumentation({ registerOnInitialization: true, instrumentHooks: false })
  ],
  metricReaders: [],
  logRecordProcessors: []
})
sdk.start()
// Or the service would make spans of its own, too.
delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
