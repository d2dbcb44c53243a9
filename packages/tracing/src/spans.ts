import {
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
  type Attributes,
  type SpanContext,
  type Tracer
} from '@opentelemetry/api'
import { errorOfCall, type Call, type StartedCall } from './calls.ts'
import { startDatabaseSpan } from './database-spans.ts'
import { forwardHeadersWithSpans } from './forward.ts'
import { HttpSpan, type SpanSink } from './http-span.ts'
import { newSpanId, newTraceId } from './ids.ts'
import { knownMethod } from './known-method.ts'
import type { Caller, Propagation } from './propagation.ts'
import type { Sampling } from './sampling.ts'
import type { IncomingRequest, RequestTrace } from './tracing.ts'

export interface SpanOptions {
  sink: SpanSink
  propagation: Propagation
  isSampled: Sampling
  /** For the operations of databases. */
  tracer: Tracer
}

/**
 * Trace mode: one SERVER span for each request and one CLIENT span for each call, by the stable HTTP conventions. The parent
 * is passed on by hand and not looked up in the surroundings: it cannot be the wrong one, and costs less. Paths, cookies
 * and credentials never enter a span. What is not recorded has ids, for its calls and its log lines, and no span.
 */
export function createSpans({ sink, propagation, isSampled, tracer }: SpanOptions) {
  const owned = new Set(propagation.fields)

  return function startRequest(request: IncomingRequest): RequestTrace {
    const start = performance.now()
    const caller = propagation.extract(request.headers)
    const traceId = caller?.span?.traceId ?? newTraceId()
    const isRecorded = isSampled(caller?.isSampled, traceId)
    const context = contextIn(traceId, isRecorded, caller)
    const span = isRecorded ? startServerSpan(sink, request, context, caller?.span) : undefined
    const logIds = { trace_id: traceId, span_id: context.spanId }

    function startCall(about: Call): StartedCall {
      const callStart = performance.now()
      const callContext = contextIn(traceId, isRecorded, caller)
      const callSpan = span && startClientSpan(sink, about, callContext, context, span.startMs + callStart - start)
      return {
        pairs: propagation.inject(callContext, caller),
        end(status, failure) {
          const durationMs = performance.now() - callStart
          const error = errorOfCall(status, failure)
          if (callSpan) endSpan(callSpan, durationMs, status, error, failure)
          const exemplar = callSpan && { trace_id: traceId, span_id: callContext.spanId }
          request.onCallEnd({ ...about, status, error, durationMs, exemplar })
        }
      }
    }

    return {
      logIds,
      exemplar: span && logIds,
      headers: forwardHeadersWithSpans(request.rawHeaders, owned, startCall),
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

function contextIn(traceId: string, isRecorded: boolean, caller: Caller | undefined): SpanContext {
  const traceFlags = isRecorded ? TraceFlags.SAMPLED : TraceFlags.NONE
  const context: SpanContext = { traceId, spanId: newSpanId(), traceFlags }
  if (caller?.span?.traceState) context.traceState = caller.span.traceState
  return context
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
