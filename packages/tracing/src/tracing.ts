import type { IncomingHttpHeaders } from 'node:http'
import { startCallsWithoutSpans, type CallListener } from './calls.ts'
import type { DatabaseCall, EndDatabaseCall } from './database-spans.ts'
import { forwardHeaders, type ForwardHeaders } from './forward.ts'
import { readCaller, type LogIds, type TraceIds } from './log-ids.ts'

/** A request that came in, as its span describes it. */
export interface IncomingRequest {
  method: string
  /** The route's pattern, never the path itself; undefined where no route took the request. */
  route: string | undefined
  headers: IncomingHttpHeaders
  rawHeaders: readonly string[]
  /** Told of every call that the request leads to. */
  onCallEnd: CallListener
}

/** What one request leaves in traces and logs. */
export interface RequestTrace {
  /** What joins a log line with its trace. */
  readonly logIds: LogIds
  /** Where the request is found in its trace, if that is recorded. */
  readonly exemplar: TraceIds | undefined
  /** For the calls that the request leads to. */
  readonly headers: ForwardHeaders
  /** Begins the span of one database operation; absent in forward mode. */
  readonly startDatabaseCall?: (call: DatabaseCall) => EndDatabaseCall
  /** The `traceresponse` header for the caller, where the request has a span of its own. */
  readonly traceresponse?: string
  /** @param status undefined if no answer was sent */
  end(status: number | undefined, error?: unknown): void
}

/** A way of tracing; never two in one process. */
export interface Tracing {
  startRequest(request: IncomingRequest): RequestTrace
  /** Sends what is left, within the milliseconds; never fails. */
  shutdown(budgetMs: number): Promise<void>
  /** Where spans go, by the names of `OTEL_TRACES_EXPORTER`. */
  readonly exporters: readonly string[]
  sending(): Sending
}

/** How the sending of spans goes. */
export interface Sending {
  /** Spans that wait to be sent or are on their way: as many as the settings let wait, and a batch or two. */
  waiting: number
  /** Spans that were lost so far: because too many waited, or because sending failed. */
  dropped: number
  /** Why the last of them were lost. */
  reason: string | undefined
}

export const nothingSent: Sending = { waiting: 0, dropped: 0, reason: undefined }

/** Forward mode: headers are handed on, and that is all. What a mesh needs; no SDK is loaded. */
export const forwardTracing: Tracing = {
  startRequest({ headers, rawHeaders, onCallEnd }) {
    const caller = readCaller(headers)
    const exemplar = caller?.isRecorded ? caller.ids : undefined
    return {
      logIds: caller?.ids ?? {},
      exemplar,
      headers: forwardHeaders(rawHeaders, startCallsWithoutSpans(exemplar, onCallEnd)),
      end: () => undefined
    }
  },
  shutdown: async () => undefined,
  exporters: [],
  sending: () => nothingSent
}
