import type { Attribute, Resource, Span } from '../span.ts'
import type { Trace } from '../trace-store.ts'

// The JSON of Jaeger's query API, and how it maps OpenTelemetry's spans to it.
// https://www.jaegertracing.io/docs/latest/apis/
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/translator/jaeger

export interface JaegerProcess {
  serviceName: string
  tags: readonly Attribute[]
}

export interface JaegerSpan {
  traceID: string
  spanID: string
  operationName: string
  references: { refType: 'CHILD_OF' | 'FOLLOWS_FROM'; traceID: string; spanID: string }[]
  startTime: number
  duration: number
  tags: Attribute[]
  logs: { timestamp: number; fields: Attribute[] }[]
  processID: string
  warnings: string[] | null
}

export interface JaegerTrace {
  traceID: string
  spans: JaegerSpan[]
  processes: Record<string, JaegerProcess>
  warnings: string[] | null
}

export function formatTrace(trace: Trace): JaegerTrace {
  const processes: Record<string, JaegerProcess> = {}
  const processIds = new Map<string, string>()

  function processIdOf(resource: Resource): string {
    const process = { serviceName: resource.service, tags: resource.attributes }
    const key = JSON.stringify(process)
    const id = processIds.get(key) ?? `p${processIds.size + 1}`
    processIds.set(key, id)
    processes[id] = process
    return id
  }

  return {
    traceID: formatTraceId(trace.id),
    spans: [...trace.spans.values()]
      .toSorted((a, b) => a.startUs - b.startUs)
      .map((span) => formatSpan(span, processIdOf(span.resource), trace)),
    processes,
    warnings: trace.refused === 0 ? null : [`${trace.refused} spans of this trace were not kept: there are too many`]
  }
}

function formatSpan(span: Span, processID: string, trace: Trace): JaegerSpan {
  const traceID = formatTraceId(span.traceId)
  const parentIsMissing = span.parentId !== undefined && !trace.spans.has(span.parentId)
  const warnings = [...span.warnings, ...(parentIsMissing ? [`its parent, span ${span.parentId}, is not here`] : [])]
  return {
    traceID,
    spanID: span.spanId,
    operationName: span.name,
    references: [
      ...(span.parentId === undefined ? [] : [{ refType: 'CHILD_OF' as const, traceID, spanID: span.parentId }]),
      ...span.links.map((link) => ({
        refType: 'FOLLOWS_FROM' as const,
        traceID: formatTraceId(link.traceId),
        spanID: link.spanId
      }))
    ],
    startTime: span.startUs,
    duration: span.durationUs,
    tags: tagsOf(span),
    logs: span.events.map(({ timeUs, name, attributes }) => ({
      timestamp: timeUs,
      fields: [textTag('event', name), ...attributes]
    })),
    processID,
    warnings: warnings.length === 0 ? null : warnings
  }
}

/** All that is searched and shown as a span's tags: its attributes, and what OpenTelemetry keeps in fields of their own. */
export function tagsOf({ scope, attributes, kind, status, statusMessage, traceState }: Span): Attribute[] {
  return [
    ...(scope.name === '' ? [] : [textTag('otel.scope.name', scope.name)]),
    ...(scope.version === '' ? [] : [textTag('otel.scope.version', scope.version)]),
    ...attributes,
    ...(kind === 'unspecified' ? [] : [textTag('span.kind', kind)]),
    ...(status === 'unset' ? [] : [textTag('otel.status_code', status.toUpperCase())]),
    ...(status === 'error' ? [{ key: 'error', type: 'bool' as const, value: true }] : []),
    ...(statusMessage === '' ? [] : [textTag('otel.status_description', statusMessage)]),
    ...(traceState === '' ? [] : [textTag('w3c.tracestate', traceState)])
  ]
}

function textTag(key: string, value: string): Attribute {
  return { key, type: 'string', value }
}

/** Jaeger writes ids of 64 bits without the zeros in front. */
function formatTraceId(id: string): string {
  return id.replace(/^0{16}/, '')
}
