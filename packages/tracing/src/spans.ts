import {
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Attributes,
  type SpanContext,
  type Tracer
} from '@opentelemetry/api'
import { errorOfCall, type Call, type StartedCall } from './call.ts'
import type { Caller } from './caller.ts'
import { startDatabaseSpan } from './database-spans.ts'
import { forwardHeadersWithSpans } from './forward.ts'
import { HttpSpan, newSpanId, newTraceId, type SpanSink } from './http-span.ts'
import { parseTraceState, type Propagation } from './propagation.ts'
import type { Sampling } from './sampling.ts'
import { knownMethod, type IncomingRequest, type RequestTrace } from './tracing.ts'

export interface SpanOptions {
  sink: SpanSink
  propagation: Propagation
  isSampled: Sampling
  /** For the operations of databases. */
  tracer: Tracer
}

/**
 * Trace mode: one SERVER span for each request and one CLIENT span for each call, by the stable HTTP conventions; and INTERNAL
 * spans for work that a service names. The parent is an argument and not looked up in an async context: it cannot be the wrong
 * one, and costs less. Paths, cookies and credentials never enter a span. A request that is not recorded has ids, for its calls
 * and log lines, and no span.
 */
export function createSpans({ sink, propagation, isSampled, tracer }: SpanOptions) {
  return function startRequest(request: IncomingRequest): RequestTrace {
    const start = performance.now()
    const incoming = propagation.read(request.headers)
    const { caller } = incoming
    const traceId = caller?.traceId?.padStart(32, '0') ?? newTraceId()
    const isRecorded = isSampled(caller?.isSampled, traceId)
    const parent = parentOf(caller, traceId)
    const shared = {
      traceId,
      traceFlags: (isRecorded ? TraceFlags.SAMPLED : TraceFlags.NONE) | (caller?.isRandom ? RANDOM : 0),
      ...(parent?.traceState && { traceState: parent.traceState })
    }
    const context: SpanContext = { ...shared, spanId: newSpanId() }
    const span = isRecorded ? startServerSpan(sink, request, context, parent) : undefined
    const logIds = { trace_id: traceId, span_id: context.spanId }
    const tracestate = parent?.traceState?.serialize() ?? ''
    const isDebug = isRecorded && caller?.isDebug === true

    function startCall(about: Call): StartedCall {
      const callStart = performance.now()
      const spanId = newSpanId()
      const callSpan =
        span && startClientSpan(sink, about, { ...shared, spanId }, context, span.startMs + callStart - start)
      return {
        pairs: incoming.write({
          traceId,
          spanId,
          isSampled: isRecorded,
          isDebug,
          isRandom: caller?.isRandom === true,
          tracestate
        }),
        end(status, failure) {
          const durationMs = performance.now() - callStart
          const error = errorOfCall(status, failure)
          if (callSpan) endSpan(callSpan, durationMs, status, error, failure)
          const exemplar = callSpan && { trace_id: traceId, span_id: spanId }
          request.onCallEnd({ ...about, status, error, durationMs, exemplar })
        }
      }
    }

    return {
      logIds,
      exemplar: span && logIds,
      startWork:
        span &&
        ((name) => {
          const workStart = performance.now()
          const startMs = span.startMs + workStart - start
          const own = { ...shared, spanId: newSpanId() }
          const work = { name, kind: SpanKind.INTERNAL, context: own, parent: context, attributes: {}, startMs }
          return () => new HttpSpan(sink, work).end(performance.now() - workStart)
        }),
      headers: forwardHeadersWithSpans(request.rawHeaders, propagation.owned, startCall),
      startDatabaseCall: (call) => startDatabaseSpan(tracer, trace.setSpanContext(ROOT_CONTEXT, context), call),
      traceresponse: `00-${traceId}-${context.spanId}-${isRecorded ? '01' : '00'}`,
      end(status, thrown) {
        if (!span) return
        const failure = thrown === undefined ? undefined : errorName(thrown)
        // A request that is refused is its caller's error.
        const error = status !== undefined && status < 500 ? failure : errorOfCall(status, failure)
        endSpan(span, performance.now() - start, status, error, failure)
      }
    }
  }
}

/** W3C's flag for a random trace id, which the API does not name yet. */
const RANDOM = 2

/** The caller's span; undefined if it named none. */
function parentOf(caller: Caller | undefined, traceId: string): SpanContext | undefined {
  if (caller?.traceId === undefined || caller.spanId === undefined) return undefined
  const traceState = parseTraceState(caller.tracestate)
  return {
    traceId,
    spanId: caller.spanId,
    traceFlags: (caller.isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE) | (caller.isRandom ? RANDOM : 0),
    isRemote: true,
    ...(traceState && { traceState })
  }
}

function startServerSpan(
  sink: SpanSink,
  { method: sent, route, headers }: IncomingRequest,
  context: SpanContext,
  parent: SpanContext | undefined
): HttpSpan {
  const method = knownMethod(sent)
  const attributes: Attributes = { 'http.request.method': method, 'url.scheme': 'http' }
  if (route !== undefined) attributes['http.route'] = route
  const agent = headers['user-agent']
  if (agent !== undefined) attributes['user_agent.original'] = agent
  const verb = method === '_OTHER' ? 'HTTP' : method
  const name = route === undefined ? verb : `${verb} ${route}`
  return new HttpSpan(sink, { name, kind: SpanKind.SERVER, context, parent, attributes, startMs: Date.now() })
}

function startClientSpan(
  sink: SpanSink,
  { method, origin, address, port, path, attempt }: Call,
  context: SpanContext,
  parent: SpanContext,
  startMs: number
): HttpSpan {
  const attributes: Attributes = {
    'http.request.method': method,
    'server.address': address,
    'server.port': port,
    'url.full': origin + path
  }
  if (attempt > 1) attributes['http.request.resend_count'] = attempt - 1
  return new HttpSpan(sink, { name: method, kind: SpanKind.CLIENT, context, parent, attributes, startMs })
}

function endSpan(span: HttpSpan, durationMs: number, status?: number, error?: string, message?: string): void {
  if (status !== undefined) span.attributes['http.response.status_code'] = status
  span.end(durationMs, error, message)
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'error'
}
