import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { TelemetryConfig } from './settings.ts'

/** One exporter by its name in `OTEL_TRACES_EXPORTER`; only what is asked for is loaded. */
export async function createExporter(name: string, config: TelemetryConfig): Promise<SpanExporter> {
  switch (name) {
    case 'otlp':
      return createOtlpExporter(config)
    case 'jaeger':
      return createJaegerExporter(config)
    case 'console': {
      const { ConsoleSpanExporter } = await import('@opentelemetry/sdk-trace')
      return new ConsoleSpanExporter()
    }
    default:
      throw new Error(`there is no exporter "${name}"`)
  }
}

/** The exporters read `OTEL_EXPORTER_OTLP_*` themselves: endpoint, headers, timeout, compression, certificates. */
async function createOtlpExporter(config: TelemetryConfig): Promise<SpanExporter> {
  const protocol = config.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || config.OTEL_EXPORTER_OTLP_PROTOCOL
  switch (protocol) {
    case 'http/protobuf': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
      return new OTLPTraceExporter()
    }
    case 'http/json': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
      return new OTLPTraceExporter()
    }
    case 'grpc': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc')
      return new OTLPTraceExporter()
    }
    default:
      return protocol satisfies never
  }
}

/** Thrift for collectors that know no OTLP: by HTTP if an endpoint is given, else by UDP to an agent. */
async function createJaegerExporter(config: TelemetryConfig): Promise<SpanExporter> {
  const { JaegerExporter } = await import('@opentelemetry/exporter-jaeger')
  const { OTEL_EXPORTER_JAEGER_ENDPOINT: endpoint, OTEL_EXPORTER_JAEGER_TIMEOUT: timeoutMs } = config
  if (endpoint !== '') return withDeadline(() => new JaegerExporter({ endpoint }), timeoutMs)
  return new JaegerExporter({
    host: config.OTEL_EXPORTER_JAEGER_AGENT_HOST,
    port: config.OTEL_EXPORTER_JAEGER_AGENT_PORT
  })
}

/**
 * Jaeger's HTTP sender waits for ever, and each batch would leave a connection behind: an exporter that waits for too long is
 * shut down, which cuts its connections and so ends its export, and another takes its place.
 */
function withDeadline(create: () => SpanExporter, timeoutMs: number): SpanExporter {
  let exporter = create()
  return {
    export(spans, done) {
      const used = exporter
      const replace = (): void => {
        if (exporter === used) exporter = create()
        used.shutdown().catch(() => undefined)
      }
      const timer = setTimeout(replace, timeoutMs)
      timer.unref()
      used.export(spans, (result) => {
        clearTimeout(timer)
        done(result)
      })
    },
    shutdown: () => exporter.shutdown()
  }
}
