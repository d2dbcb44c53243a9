import type { KeyValue } from './otlp/schema.ts'

export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export type SpanKind = (typeof spanKinds)[number]

export const spanStatuses = ['unset', 'ok', 'error'] as const
export type SpanStatus = (typeof spanStatuses)[number]

/** What made a span: one process. All spans of one request share the object. */
export interface Resource {
  service: string
  /** All but the service's name. */
  attributes: readonly KeyValue[]
}

export interface Scope {
  name: string
  version: string
  attributes: readonly KeyValue[]
}

export interface SpanEvent {
  timeUs: number
  name: string
  attributes: readonly KeyValue[]
}

export interface SpanLink {
  traceId: string
  spanId: string
  attributes: readonly KeyValue[]
}

/** Ids are lower-case hexadecimal; times are whole microseconds since 1970, as Jaeger counts. */
export interface Span {
  traceId: string
  spanId: string
  parentId: string | undefined
  traceState: string
  name: string
  kind: SpanKind
  startUs: number
  durationUs: number
  status: SpanStatus
  statusMessage: string
  attributes: readonly KeyValue[]
  events: readonly SpanEvent[]
  links: readonly SpanLink[]
  scope: Scope
  resource: Resource
  /** What is odd about it, in words. */
  warnings: readonly string[]
}

export function endUs({ startUs, durationUs }: Span): number {
  return startUs + durationUs
}
