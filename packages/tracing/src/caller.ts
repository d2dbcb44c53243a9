import type { IncomingHttpHeaders } from 'node:http'

/** What the trace headers of a request say of its caller. Ids are lower-case hexadecimal digits. */
export interface Caller {
  /** 16 or 32 digits, as many as came. Undefined if the caller began no trace and only decided whether to record. */
  traceId: string | undefined
  /** 16 digits. Undefined if the headers name a trace and no span of it. */
  spanId: string | undefined
  /** Whether the caller records the trace. Undefined leaves that decision open. */
  isSampled: boolean | undefined
  /** B3's and Jaeger's debug flag: record, whatever the sampling says. */
  isDebug?: boolean
  /** W3C's flag: the trace id is random in its last seven bytes. */
  isRandom?: boolean
  tracestate?: string
}

/** A span's place in its trace, as log lines and exemplars name it. */
export interface TraceIds {
  trace_id: string
  span_id: string
}

/** What joins a log line with its trace. */
export type LogIds = Partial<TraceIds>

/** The context of a call that is made: what its headers say in every format. */
export interface CallContext {
  /** 32 digits. */
  traceId: string
  spanId: string
  isSampled: boolean
  isDebug: boolean
  isRandom: boolean
  /** Valid, or empty. */
  tracestate: string
}

/** One way in which tracers write the context of a span into headers. */
export interface TraceFormat {
  /** Its headers, in lower case. */
  names: readonly string[]
  /** Undefined if its headers are absent or invalid. */
  read(headers: IncomingHttpHeaders): Caller | undefined
  /** Name and value by turns. @param incoming headers of the request that makes the call */
  write(call: CallContext, incoming: IncomingHttpHeaders): string[]
}

export function idsOf(caller: Caller | undefined): LogIds {
  if (caller?.traceId === undefined) return {}
  return { trace_id: caller.traceId, ...(caller.spanId !== undefined && { span_id: caller.spanId }) }
}

/** The ids for an exemplar: only in a recorded trace is there a span to be found. */
export function exemplarOf(caller: Caller | undefined): TraceIds | undefined {
  const { traceId, spanId, isSampled } = caller ?? {}
  return traceId !== undefined && spanId !== undefined && isSampled ? { trace_id: traceId, span_id: spanId } : undefined
}

/** The value of a header that comes once; empty without. */
export function text(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}
