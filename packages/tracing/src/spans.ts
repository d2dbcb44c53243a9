import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Span,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  type Tracer
} from '@opentelemetry/api'
import type { IncomingHttpHeaders } from 'node:http'
import { errorOfCall, type Call, type StartedCall } from './calls.ts'
import { startDatabaseSpan } from './database-spans.ts'
import { forwardHeadersWithSpans } from './forward.ts'
import { knownMethod } from './known-method.ts'
import type { TraceIds } from './log-ids.ts'
import type { IncomingRequest, RequestTrace } from './tracing.ts'

export interface SpanOptions {
  tracer: Tracer
  propagator: TextMapPropagator
}

/**
 * Trace mode: one SERVER span for each request and one CLIENT span for each call, by the stable HTTP conventions. The parent
 * is passed on by hand and not looked up in the surroundings: it cannot be the wrong one, and costs less. Paths, cookies
 * and credentials never enter a span.
 */
export function createSpans({ tracer, propagator }: SpanOptions) {
  const owned = new Set(propagator.fields().map((name) => name.toLowerCase()))

  return function startRequest(request: IncomingRequest): RequestTrace {
    const caller = propagator.extract(ROOT_CONTEXT, request.headers, readHeader)
    const method = knownMethod(request.method)
    const attributes: Attributes = { 'http.request.method': method, 'url.scheme': 'http' }
    if (request.route !== undefined) attributes['http.route'] = request.route
    const agent = request.headers['user-agent']
    if (agent !== undefined) attributes['user_agent.original'] = agent
    const verb = method === '_OTHER' ? 'HTTP' : method
    const name = request.route === undefined ? verb : `${verb} ${request.route}`
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller)
    const context = trace.setSpan(caller, span)
    const { traceId, spanId, traceFlags } = span.spanContext()

    function startCall(about: Call): StartedCall {
      const { method: callMethod, origin, address, port, path, attempt } = about
      const start = performance.now()
      const callAttributes: Attributes = {
        'http.request.method': callMethod,
        'server.address': address,
        'server.port': port,
        'url.full': origin + path
      }
      if (attempt > 1) callAttributes['http.request.resend_count'] = attempt - 1
      const call = tracer.startSpan(callMethod, { kind: SpanKind.CLIENT, attributes: callAttributes }, context)
      const pairs: string[] = []
      propagator.inject(trace.setSpan(context, call), pairs, writeHeader)
      return {
        pairs,
        end(status, error) {
          endSpan(call, status, 400, error)
          const durationMs = performance.now() - start
          const exemplar = exemplarOf(call)
          request.onCallEnd({ ...about, status, error: errorOfCall(status, error), durationMs, exemplar })
        }
      }
    }

    return {
      logIds: { trace_id: traceId, span_id: spanId },
      exemplar: exemplarOf(span),
      headers: forwardHeadersWithSpans(request.rawHeaders, owned, startCall),
      startDatabaseCall: (call) => startDatabaseSpan(tracer, context, call),
      traceresponse: `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`,
      end: (status, error) => endSpan(span, status, 500, error === undefined ? undefined : errorName(error))
    }
  }
}

/** @param failsFrom the least status that is an error: 400 for who asked, 500 for who answered */
function endSpan(span: Span, status: number | undefined, failsFrom: number, error?: string): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status)
  const failed = status === undefined || status >= failsFrom || error !== undefined
  if (failed) {
    span.setAttribute('error.type', error ?? String(status ?? 'no answer'))
    span.setStatus({ code: SpanStatusCode.ERROR, ...(error !== undefined && { message: error }) })
  }
  span.end()
}

/** Only a span that is recorded can be found. */
function exemplarOf(span: Span): TraceIds | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return traceFlags & TraceFlags.SAMPLED ? { trace_id: traceId, span_id: spanId } : undefined
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'error'
}

const readHeader: TextMapGetter<IncomingHttpHeaders> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => headers[name.toLowerCase()]
}

const writeHeader: TextMapSetter<string[]> = {
  set(pairs, name, value) {
    pairs.push(name.toLowerCase(), value)
  }
}
