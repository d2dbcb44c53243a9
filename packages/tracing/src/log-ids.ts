import type { IncomingHttpHeaders } from 'node:http'

/** What joins a log line with its trace, whichever tracer made the headers. */
export interface LogIds {
  trace_id?: string
  span_id?: string
}

const traceparentForm = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/
const b3Form = /^([0-9a-f]{16}|[0-9a-f]{32})-([0-9a-f]{16})(?:-|$)/i
const b3TraceIdForm = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i
const b3SpanIdForm = /^[0-9a-f]{16}$/i

/** Reads the caller's trace and span id from W3C or B3 headers, the first well-formed one; an empty object without any. */
export function logIds(headers: IncomingHttpHeaders): LogIds {
  const traceparent = traceparentForm.exec(text(headers['traceparent']))
  if (traceparent) return ids(traceparent[1], traceparent[2])
  const traceId = text(headers['x-b3-traceid'])
  const spanId = text(headers['x-b3-spanid'])
  if (b3TraceIdForm.test(traceId) && b3SpanIdForm.test(spanId)) return ids(traceId, spanId)
  const b3 = b3Form.exec(text(headers['b3']))
  return b3 ? ids(b3[1], b3[2]) : {}
}

function ids(traceId: string | undefined, spanId: string | undefined): LogIds {
  if (traceId === undefined || spanId === undefined) return {}
  return { trace_id: traceId.toLowerCase(), span_id: spanId.toLowerCase() }
}

function text(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}
