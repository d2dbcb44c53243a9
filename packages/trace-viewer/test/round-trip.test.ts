// What the viewer is tested against: the encoders that services send with.
/* oxlint-disable no-restricted-imports */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { askFully } from '@bookinfo/service-kit/testing'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { startViewer } from './support/index.ts'

const NOON_MS = Date.UTC(2026, 10, 22, 12)
const PARENT = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED
}
const LINKED = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  traceFlags: TraceFlags.SAMPLED
}

/** A span with something of everything, as OpenTelemetry's own SDK makes it. */
async function makeSpans(): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'reviews', 'service.version': 'v3', 'process.pid': 42 }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })]
  })
  const tracer = provider.getTracer('@bookinfo/tracing', '0.1.0')
  const span = tracer.startSpan(
    'GET /reviews/:productId',
    {
      kind: SpanKind.SERVER,
      startTime: NOON_MS,
      links: [{ context: LINKED, attributes: { why: 'retry' } }],
      attributes: {
        text: 'ä "quoted" text',
        empty: '',
        yes: true,
        no: false,
        whole: 200,
        negative: -7,
        double: 0.25,
        list: ['a', 'b']
      }
    },
    trace.setSpanContext(ROOT_CONTEXT, PARENT)
  )
  span.addEvent('exception', { 'exception.type': 'TimeoutError' }, NOON_MS + 2)
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer from ratings' })
  span.end(NOON_MS + 12.5)
  await provider.forceFlush()
  return exporter.getFinishedSpans()
}

const encodings = {
  JSON: { type: 'application/json', serializer: JsonTraceSerializer, empty: {} },
  protobuf: { type: 'application/x-protobuf', serializer: ProtobufTraceSerializer, empty: '' }
}

describe.for(Object.entries(encodings))('what the SDK sends as %s', ([, { type, serializer, empty }]) => {
  it.for([false, true])('is taken and comes out of the read API complete (gzip: %s)', async (isZipped) => {
    await using viewer = await startViewer({ now: () => NOON_MS + 1000 })
    const spans = await makeSpans()
    const bytes = Buffer.from(serializer.serializeRequest(spans) ?? [])
    const headers = { 'content-type': type, ...(isZipped && { 'content-encoding': 'gzip' }) }
    const body = isZipped ? gzipSync(bytes) : bytes
    const answer = await askFully(viewer.otlpOrigin, '/v1/traces', { method: 'POST', headers, body })
    expect(answer).toMatchObject({ status: 200, type, body: empty })

    const traceID = PARENT.traceId
    const string = (key: string, value: string) => ({ key, type: 'string', value })
    expect(await viewer.read(`/api/traces/${traceID}`)).toEqual({
      status: 200,
      type: 'application/json',
      body: {
        data: [
          {
            traceID,
            spans: [
              {
                traceID,
                spanID: spans[0]?.spanContext().spanId,
                operationName: 'GET /reviews/:productId',
                references: [
                  { refType: 'CHILD_OF', traceID, spanID: PARENT.spanId },
                  { refType: 'FOLLOWS_FROM', traceID: LINKED.traceId, spanID: LINKED.spanId }
                ],
                startTime: NOON_MS * 1000,
                duration: 12_500,
                tags: [
                  string('otel.scope.name', '@bookinfo/tracing'),
                  string('otel.scope.version', '0.1.0'),
                  string('text', 'ä "quoted" text'),
                  string('empty', ''),
                  { key: 'yes', type: 'bool', value: true },
                  { key: 'no', type: 'bool', value: false },
                  { key: 'whole', type: 'int64', value: 200 },
                  { key: 'negative', type: 'int64', value: -7 },
                  { key: 'double', type: 'float64', value: 0.25 },
                  string('list', '["a","b"]'),
                  string('span.kind', 'server'),
                  string('otel.status_code', 'ERROR'),
                  { key: 'error', type: 'bool', value: true },
                  string('otel.status_description', 'no answer from ratings')
                ],
                logs: [
                  {
                    timestamp: (NOON_MS + 2) * 1000,
                    fields: [string('event', 'exception'), string('exception.type', 'TimeoutError')]
                  }
                ],
                processID: 'p1',
                warnings: [`its parent, span ${PARENT.spanId}, is not here`]
              }
            ],
            processes: {
              p1: {
                serviceName: 'reviews',
                tags: [string('service.version', 'v3'), { key: 'process.pid', type: 'int64', value: 42 }]
              }
            },
            warnings: null
          }
        ],
        total: 0,
        limit: 0,
        offset: 0,
        errors: null
      }
    })
  })
})
