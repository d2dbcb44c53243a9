import type { IncomingHttpHeaders } from 'node:http'
import { startCallsWithoutSpans, type CallListener } from './calls.ts'
import type { DatabaseCall, EndDatabaseCall } from './database-spans.ts'
import { forwardHeaders, type ForwardHeaders } from './forward.ts'
import { logIds, recordedIds, type LogIds, type TraceIds } from './log-ids.ts'

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
  /** Spans that could not be sent so far. */
  droppedSpans(): number
}

/** Forward mode: headers are handed on, and that is all. What a mesh needs; no SDK is loaded. */
export const forwardTracing: Tracing = {
  startRequest({ headers, rawHeaders, onCallEnd }) {
    const exemplar = recordedIds(headers)
    return {
      logIds: logIds(headers),
      exemplar,
      headers: forwardHeaders(rawHeaders, startCallsWithoutSpans(exemplar, onCallEnd)),
      end: () => undefined
    }
  },
  shutdown: async () => undefined,
  droppedSpans: () => 0
}
