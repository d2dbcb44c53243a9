import { createError } from '@bookinfo/service-kit'
import {
  MACHINE_MARK,
  spanKinds,
  spanStatuses,
  type Resource,
  type Scope,
  type Span,
  type SpanKind,
  type SpanStatus
} from '../span.ts'
import { readAttributes } from './attributes.ts'
import type { ExportTraceServiceRequest, KeyValue, OtlpSpan } from './schema.ts'

export const BadSpans = createError('BOOKINFO_BAD_SPANS', 'these are no OTLP spans: %s', 400)

/** In JSON ids are hexadecimal, in what protobuf becomes they are base64. */
export type IdEncoding = 'hex' | 'base64'

/** What OpenTelemetry says for a process that does not say what it is. */
const NO_SERVICE = 'unknown_service'

/**
 * The spans of a request, flat, in its order.
 *
 * @throws BadSpans if an id is not of its length or all zeros
 */
export function readSpans(request: ExportTraceServiceRequest, ids: IdEncoding): Span[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const owner = readResource(resource?.attributes ?? [])
    return scopeSpans.flatMap(({ scope: { name = '', version = '', attributes = [] } = {}, spans = [] }) => {
      const scope = { name, version, attributes: readAttributes(attributes) }
      return spans.map((span) => readSpan(span, ids, { scope, resource: owner }))
    })
  })
}

function readResource(attributes: readonly KeyValue[]): Resource {
  const textOf = (name: string) => attributes.find(({ key }) => key === name)?.value?.stringValue
  return {
    service: textOf('service.name') || NO_SERVICE,
    version: `${textOf('service.version') ?? ''}${textOf('bookinfo.runtime') === 'vm' ? MACHINE_MARK : ''}`.trimStart(),
    attributes: readAttributes(attributes.filter(({ key }) => key !== 'service.name'))
  }
}

function readSpan(span: OtlpSpan, ids: IdEncoding, origin: { scope: Scope; resource: Resource }): Span {
  const start = nanoseconds(span.startTimeUnixNano)
  const lasted = nanoseconds(span.endTimeUnixNano) - start
  return {
    traceId: readId(span.traceId, ids, 'trace'),
    spanId: readId(span.spanId, ids, 'span'),
    parentId: isZero(span.parentSpanId ?? '', ids) ? undefined : readId(span.parentSpanId ?? '', ids, 'span'),
    traceState: span.traceState ?? '',
    name: span.name || '(no name)',
    kind: readKind(span.kind),
    startUs: microseconds(start),
    durationUs: lasted > 0n ? microseconds(lasted) : 0,
    status: readStatus(span.status?.code),
    statusMessage: span.status?.message ?? '',
    attributes: readAttributes(span.attributes),
    events: (span.events ?? []).map(({ timeUnixNano, name = '', attributes }) => ({
      timeUs: microseconds(nanoseconds(timeUnixNano)),
      name,
      attributes: readAttributes(attributes)
    })),
    links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({
      traceId: readId(traceId, ids, 'trace'),
      spanId: readId(spanId, ids, 'span'),
      attributes: readAttributes(attributes)
    })),
    ...origin,
    warnings: warn(span, lasted)
  }
}

function warn(span: OtlpSpan, lasted: bigint): string[] {
  const dropped = {
    attributes: span.droppedAttributesCount,
    events: span.droppedEventsCount,
    links: span.droppedLinksCount
  }
  return [
    ...(lasted < 0n ? ['it ends before it starts'] : []),
    ...Object.entries(dropped).flatMap(([what, count]) => (count ? [`its sender dropped ${count} ${what}`] : []))
  ]
}

const idForms = { trace: /^[0-9a-f]{32}$/, span: /^[0-9a-f]{16}$/ }

function readId(text: string, ids: IdEncoding, of: 'trace' | 'span'): string {
  const hex = toHex(text, ids)
  if (!idForms[of].test(hex) || isZero(text, ids)) throw new BadSpans(`"${text.slice(0, 40)}" is not a ${of} id`)
  return hex
}

function isZero(text: string, ids: IdEncoding): boolean {
  return /^0*$/.test(toHex(text, ids))
}

function toHex(text: string, ids: IdEncoding): string {
  return ids === 'hex' ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex')
}

function nanoseconds(time: string | number = 0): bigint {
  return BigInt(time)
}

function microseconds(time: bigint): number {
  return Number(time / 1000n)
}

function readKind(kind: string | number = 0): SpanKind {
  const name = typeof kind === 'number' ? spanKinds[kind] : kind.replace(/^SPAN_KIND_/, '').toLowerCase()
  return spanKinds.find((known) => known === name) ?? 'unspecified'
}

function readStatus(code: string | number = 0): SpanStatus {
  const name = typeof code === 'number' ? spanStatuses[code] : code.replace(/^STATUS_CODE_/, '').toLowerCase()
  return spanStatuses.find((known) => known === name) ?? 'unset'
}
