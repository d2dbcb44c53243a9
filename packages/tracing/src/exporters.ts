import type { SpanExporter } from '@opentelemetry/sdk-trace'
import { agentThrough, proxiesFor } from './proxy.ts'
import { withScheme, type TelemetryConfig } from './settings.ts'

type Warn = (message: string) => void

/** One exporter by its name in `OTEL_TRACES_EXPORTER`. Only what is asked for is loaded. */
export async function createExporter(name: string, config: TelemetryConfig, warn: Warn): Promise<SpanExporter> {
  switch (name) {
    case 'otlp':
      return createOtlpExporter(config, warn)
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
async function createOtlpExporter(config: TelemetryConfig, warn: Warn): Promise<SpanExporter> {
  const { env } = process
  const address = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'] || ''
  const proxies = proxiesFor(withScheme(address), env, warn)
  const options = proxies ? { httpAgentOptions: agentThrough(proxies, env) } : {}
  const protocol = config.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || config.OTEL_EXPORTER_OTLP_PROTOCOL
  switch (protocol) {
    case 'http/protobuf': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto')
      return new OTLPTraceExporter(options)
    }
    case 'http/json': {
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
      return new OTLPTraceExporter(options)
    }
    case 'grpc': {
      // The library reads these names alone, and would call a collector in the cluster through a proxy too.
      env['grpc_proxy'] = proxies?.HTTPS_PROXY ?? ''
      env['no_grpc_proxy'] = proxies?.NO_PROXY ?? '*'
      const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-grpc')
      return new OTLPTraceExporter()
    }
    default:
      return protocol satisfies never
  }
}

/** Thrift, for collectors without OTLP: by HTTP if an endpoint is set, otherwise by UDP to an agent. */
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
 * Jaeger's HTTP sender has no timeout, and each batch would leave a connection behind. So an exporter that waits for too long is
 * shut down, which closes its connections and ends its export, and a new one replaces it.
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
