import type { IncomingHttpHeaders } from 'node:http'
import { startCallsWithoutSpans, type CallListener } from './call.ts'
import { exemplarOf, idsOf, type LogIds, type TraceIds } from './caller.ts'
import type { DatabaseCall, EndDatabaseCall } from './database-spans.ts'
import { readCaller } from './formats/formats.ts'
import { forwardHeaders, type ForwardHeaders } from './forward.ts'

/** A request that came in, as its span describes it. */
export interface IncomingRequest {
  method: string
  /** The route's pattern, never the path itself. Undefined if no route took the request. */
  route: string | undefined
  headers: IncomingHttpHeaders
  rawHeaders: readonly string[]
  /** Called for every call that the request makes. */
  onCallEnd: CallListener
}

/** One request in traces and logs. */
export interface RequestTrace {
  /** What joins a log line with its trace. */
  readonly logIds: LogIds
  /** The span to look up for this request. Undefined if its trace is not recorded. */
  readonly exemplar: TraceIds | undefined
  /** For the calls that the request makes. */
  readonly headers: ForwardHeaders
  /** Starts the span of one database operation. Absent in forward mode. */
  readonly startDatabaseCall?: (call: DatabaseCall) => EndDatabaseCall
  /** Starts an INTERNAL span for work inside the service, such as rendering. Undefined if the request is not recorded. */
  readonly startWork?: ((name: string) => () => void) | undefined
  /** The `traceresponse` header for the caller. Absent in forward mode. */
  readonly traceresponse?: string
  /** @param status undefined if no answer was sent */
  end(status: number | undefined, error?: unknown): void
}

/** A tracing mode. A process has one. */
export interface Tracing {
  startRequest(request: IncomingRequest): RequestTrace
  /** Sends the spans that wait, in `budgetMs` milliseconds at most. It never fails. */
  shutdown(budgetMs: number): Promise<void>
  /** The exporters by their names in `OTEL_TRACES_EXPORTER`. */
  readonly exporters: readonly string[]
  sending(): Sending
}

/** The state of the exporters. */
export interface Sending {
  /** Spans that wait or are being sent: at most `OTEL_BSP_MAX_QUEUE_SIZE` and a batch or two. */
  waiting: number
  /** Spans that were lost so far: because too many waited, or because sending failed. */
  dropped: number
  /** Why the last of them were lost. */
  reason: string | undefined
}

export const nothingSent: Sending = { waiting: 0, dropped: 0, reason: undefined }

/** Forward mode: headers are forwarded and no spans are made. A mesh needs no more than that. No SDK is loaded. */
export const forwardTracing: Tracing = {
  startRequest({ headers, rawHeaders, onCallEnd }) {
    const caller = readCaller(headers)
    const exemplar = exemplarOf(caller)
    return {
      logIds: idsOf(caller),
      exemplar,
      headers: forwardHeaders(rawHeaders, startCallsWithoutSpans(exemplar, onCallEnd)),
      end: () => undefined
    }
  },
  shutdown: async () => undefined,
  exporters: [],
  sending: () => nothingSent
}

const knownMethods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'])

/** A method in spans and metrics; any unknown one is `_OTHER`: https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export function knownMethod(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER'
}
