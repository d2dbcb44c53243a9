import { FastifyOtelInstrumentation } from '@fastify/otel'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { NodeSDK } from '@opentelemetry/sdk-node'

/**
 * For `--import`: OpenTelemetry's standard instrumentation of `node:http`, undici and Fastify, as its documentation sets it up.
 * Spans for Fastify's hooks are off: there would be many, and they show nothing.
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
// Otherwise the service would make its own spans too.
delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
