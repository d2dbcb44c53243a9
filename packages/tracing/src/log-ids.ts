import type { IncomingHttpHeaders } from 'node:http'

/** A place in a trace, in lower-case hexadecimal digits. */
export interface TraceIds {
  trace_id: string
  span_id: string
}

/** What joins a log line with its trace, whichever tracer made the headers. */
export type LogIds = Partial<TraceIds>

const traceparentForm = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/
const b3Form = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-([^-]*)|$)/i
/** B3's decisions that a trace is recorded; `d` is for debugging. */
const b3Sampled = new Set(['1', 'true', 'd'])
const b3TraceIdForm = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i
const b3SpanIdForm = /^[0-9a-f]{16}$/i

/** Reads the caller's trace and span id from W3C or B3 headers, the first well-formed one; an empty object without any. */
export function logIds(headers: IncomingHttpHeaders): LogIds {
  return readCaller(headers)?.ids ?? {}
}

/** What the headers of a request say of its caller. */
export interface CallerIds {
  ids: TraceIds
  /** Whether the caller says that the trace is recorded: only then is there something to be found by the ids. */
  isRecorded: boolean
}

/** The first well-formed one, of W3C or B3 headers; undefined without any. */
export function readCaller(headers: IncomingHttpHeaders): CallerIds | undefined {
  const [, w3cTrace, w3cSpan, flags = ''] = traceparentForm.exec(text(headers['traceparent'])) ?? []
  if (w3cTrace !== undefined) return caller(w3cTrace, w3cSpan, (parseInt(flags, 16) & 1) === 1)
  const traceId = text(headers['x-b3-traceid'])
  const spanId = text(headers['x-b3-spanid'])
  if (b3TraceIdForm.test(traceId) && b3SpanIdForm.test(spanId)) {
    const isRecorded = b3Sampled.has(text(headers['x-b3-sampled'])) || text(headers['x-b3-flags']) === '1'
    return caller(traceId, spanId, isRecorded)
  }
  const [, b3Trace, b3Span, decision = ''] = b3Form.exec(text(headers['b3'])) ?? []
  return b3Trace === undefined ? undefined : caller(b3Trace, b3Span, b3Sampled.has(decision))
}

function caller(traceId: string, spanId = '', isRecorded: boolean): CallerIds {
  return { ids: { trace_id: traceId.toLowerCase(), span_id: spanId.toLowerCase() }, isRecorded }
}

function text(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}
