import { expect } from 'vitest'
import type { Env } from '../../support/index.ts'
import type { Behaviour, Collector } from './collector.ts'
import { startGrpcCollector } from './grpc.ts'
import { startHttpCollector } from './http.ts'
import { readBatch } from './jaeger.ts'
import { readOtlp, type ReceivedSpan } from './received-span.ts'
import { startUdpCollector } from './udp.ts'

export type { Behaviour, Collector } from './collector.ts'
export type { ReceivedSpan } from './received-span.ts'

/** One exporter, and a collector for it. */
export interface ExporterKind {
  start(behaviour?: Behaviour): Promise<Collector>
  /** The settings of a service that sends spans to the collector. */
  env(port: number, host?: string): Env
}

/** Every exporter of the services, except the console. */
export const exporterKinds = {
  'OTLP protobuf': {
    start: (behaviour = 'takes') =>
      startHttpCollector(
        {
          path: '/v1/traces',
          type: 'application/x-protobuf',
          status: 200,
          answer: '',
          read: (body) => readOtlp(body, 'protobuf')
        },
        behaviour
      ),
    env: otlp('http/protobuf')
  },
  'OTLP JSON': {
    start: (behaviour = 'takes') =>
      startHttpCollector(
        {
          path: '/v1/traces',
          type: 'application/json',
          status: 200,
          answer: '{}',
          read: (body) => readOtlp(body, 'json')
        },
        behaviour
      ),
    env: otlp('http/json')
  },
  'OTLP gRPC': { start: (behaviour = 'takes') => startGrpcCollector(behaviour), env: otlp('grpc') },
  'Jaeger HTTP': {
    start: (behaviour = 'takes') =>
      startHttpCollector(
        { path: '/api/traces', type: 'application/x-thrift', status: 202, answer: '', read: readBatch },
        behaviour
      ),
    env: (port, host = '127.0.0.1') => ({
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_ENDPOINT: `http://${host}:${port}/api/traces`
    })
  },
  'Jaeger UDP': {
    start: () => startUdpCollector(),
    env: (port, host = '127.0.0.1') => ({
      OTEL_TRACES_EXPORTER: 'jaeger',
      OTEL_EXPORTER_JAEGER_AGENT_HOST: host,
      OTEL_EXPORTER_JAEGER_AGENT_PORT: String(port)
    })
  }
} satisfies Record<string, ExporterKind>

function otlp(protocol: string): ExporterKind['env'] {
  return (port, host = '127.0.0.1') => ({
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol
  })
}

/** Waits for this number of spans. @returns them, those of clients first */
export async function arrival({ spans }: Collector, count: number): Promise<ReceivedSpan[]> {
  await expect.poll(() => spans.length, { timeout: 30_000 }).toBe(count)
  return spans.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
}
