import type { ExportTraceServiceRequest, KeyValue, OtlpSpan } from '../../src/otlp/schema.ts'

export type OtlpRequest = ExportTraceServiceRequest

/** A span in the units that are easy to read. */
export interface SpanSketch {
  trace?: number
  id: number
  parent?: number
  name?: string
  kind?: 'internal' | 'server' | 'client'
  /** Milliseconds since 1970. */
  startMs?: number
  ms?: number
  error?: string
  attributes?: Record<string, string | number | boolean>
  events?: { name: string; atMs: number; attributes?: Record<string, string> }[]
}

/** When the traces of the tests happen, unless they say otherwise. */
export const NOON_MS = Date.UTC(2026, 10, 22, 12)

const kinds = { internal: 1, server: 2, client: 3 }

export function otlpSpan(sketch: SpanSketch): OtlpSpan {
  const { trace = 1, id, parent, name = `span ${id}`, kind = 'internal', startMs = NOON_MS, ms = 10, error } = sketch
  return {
    traceId: traceId(trace),
    spanId: spanId(id),
    ...(parent !== undefined && { parentSpanId: spanId(parent) }),
    name,
    kind: kinds[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(startMs + ms),
    attributes: attributesOf(sketch.attributes),
    events: (sketch.events ?? []).map((event) => ({
      name: event.name,
      timeUnixNano: nanoseconds(startMs + event.atMs),
      attributes: attributesOf(event.attributes)
    })),
    ...(error !== undefined && { status: { code: 2, message: error } })
  }
}

/** A request of some services, each with its spans: `reviews`, `reviews@v3` for another version than v1, `details@v1@vm` in a machine. */
export function otlpRequest(services: Record<string, SpanSketch[]>): OtlpRequest {
  return {
    resourceSpans: Object.entries(services).map(([name, spans]) => {
      const [service = '', version = 'v1', runtime] = name.split('@')
      const resource = {
        'service.name': service,
        'service.version': version,
        'host.name': `${service}-host`,
        ...(runtime !== undefined && { 'bookinfo.runtime': runtime })
      }
      return {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: '@bookinfo/tracing', version: '0.1.0' }, spans: spans.map(otlpSpan) }]
      }
    })
  }
}

export function traceId(number: number): string {
  return `a${number.toString(16).padStart(31, '0')}`
}

export function spanId(number: number): string {
  return `b${number.toString(16).padStart(15, '0')}`
}

function attributesOf(values: Record<string, string | number | boolean> = {}): KeyValue[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: string | number | boolean) {
  if (typeof value === 'string') return { stringValue: value }
  return typeof value === 'boolean' ? { boolValue: value } : { intValue: value }
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1000)) * 1000n)
}
