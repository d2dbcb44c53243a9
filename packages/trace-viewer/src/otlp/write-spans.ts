import { spanKinds, spanStatuses, type Attribute, type Resource, type Scope, type Span } from '../span.ts'
import type { AnyValue, ExportTraceServiceRequest, KeyValue, OtlpSpan } from './schema.ts'

/** Spans as a request in OTLP/JSON, from which reading makes the same again. */
export function writeSpans(spans: readonly Span[]): ExportTraceServiceRequest {
  const byResource = Map.groupBy(spans, ({ resource }) => resource)
  return {
    resourceSpans: [...byResource].map(([resource, own]) => ({
      resource: { attributes: writeResource(resource) },
      scopeSpans: [...Map.groupBy(own, ({ scope }) => scope)].map(([scope, parts]) => ({
        scope: writeScope(scope),
        spans: parts.map(writeSpan)
      }))
    }))
  }
}

function writeResource({ service, attributes }: Resource): KeyValue[] {
  return [{ key: 'service.name', value: { stringValue: service } }, ...attributes.map(writeAttribute)]
}

function writeScope({ name, version, attributes }: Scope) {
  return { name, version, attributes: attributes.map(writeAttribute) }
}

function writeSpan(span: Span): OtlpSpan {
  const { traceId, spanId, parentId, traceState, name, startUs, durationUs, statusMessage } = span
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    traceState,
    name,
    kind: spanKinds.indexOf(span.kind),
    startTimeUnixNano: nanoseconds(startUs),
    endTimeUnixNano: nanoseconds(startUs + durationUs),
    attributes: span.attributes.map(writeAttribute),
    events: span.events.map((event) => ({
      timeUnixNano: nanoseconds(event.timeUs),
      name: event.name,
      attributes: event.attributes.map(writeAttribute)
    })),
    links: span.links.map((link) => ({ ...link, attributes: link.attributes.map(writeAttribute) })),
    status: { code: spanStatuses.indexOf(span.status), message: statusMessage }
  }
}

function writeAttribute({ key, type, value }: Attribute): KeyValue {
  return { key, value: writeValue(type, value) }
}

function writeValue(type: Attribute['type'], value: Attribute['value']): AnyValue {
  if (type === 'bool') return { boolValue: value === true }
  if (type === 'int64') return { intValue: String(value) }
  if (type === 'float64') return typeof value === 'number' ? { doubleValue: value } : readDouble(value)
  return type === 'binary' ? { bytesValue: String(value) } : { stringValue: String(value) }
}

/** The three that JSON has no numbers for. */
function readDouble(value: Attribute['value']): AnyValue {
  const name = (['NaN', 'Infinity', '-Infinity'] as const).find((candidate) => candidate === value)
  return { doubleValue: name ?? 0 }
}

function nanoseconds(us: number): string {
  return String(BigInt(us) * 1000n)
}
