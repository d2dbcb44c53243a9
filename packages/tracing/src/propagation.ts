import {
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter
} from '@opentelemetry/api'
import { CompositePropagator, parseTraceParent, TraceState, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import type { IncomingHttpHeaders } from 'node:http'
import { loneDecision } from './b3-decision.ts'
import { headerGroups } from './headers.ts'

/** What a request's headers say of its caller. */
export interface Caller {
  /** Undefined if it has begun no trace, and only decided whether one is recorded. */
  span: SpanContext | undefined
  /** Its decision whether to record. */
  isSampled: boolean
  /** What else a propagator has read and will want to write. */
  context: Context
}

export interface Propagation {
  /** The headers that nobody else may hand on, in lower case. */
  fields: readonly string[]
  /** Undefined if the headers tell of no caller, or not rightly. */
  extract(headers: IncomingHttpHeaders): Caller | undefined
  /** Headers for a call, name and value by turns, by the span of the call. */
  inject(call: SpanContext, caller: Caller | undefined): readonly string[]
}

/**
 * In the order in which headers are read: the last one wins. Under Istio's OpenTelemetry provider a client's stale B3
 * headers pass the proxies untouched, so `traceparent` must come after them.
 */
const propagators: [name: string, create: () => TextMapPropagator][] = [
  ['b3', () => new B3Propagator()],
  ['b3multi', () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })],
  ['tracecontext', () => new W3CTraceContextPropagator()]
]

/**
 * Baggage has no propagator here, whether it is asked for or not: nobody reads it, and it is handed on like other headers,
 * which keeps it as it came.
 *
 * @param names as in `OTEL_PROPAGATORS`, in any order
 */
export function createPropagation(names: readonly string[]): Propagation {
  const wanted = propagators.filter(([name]) => names.includes(name))
  if (wanted.length === 1 && names.includes('tracecontext')) return traceContext
  const readsB3 = wanted.some(([name]) => name !== 'tracecontext')
  return throughContext(new CompositePropagator({ propagators: wanted.map(([, create]) => create()) }), readsB3)
}

/** https://www.w3.org/TR/trace-context/, for nearly everybody: without the contexts, getters and setters of the general way. */
const traceContext: Propagation = {
  fields: ['traceparent', 'tracestate'],
  extract({ traceparent, tracestate }) {
    const span = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null
    if (!span) return undefined
    span.isRemote = true
    if (typeof tracestate === 'string' && tracestate !== '') span.traceState = new TraceState(tracestate)
    return { span, isSampled: isSampledIn(span), context: ROOT_CONTEXT }
  },
  inject({ traceId, spanId, traceFlags, traceState }) {
    const traceparent = `00-${traceId}-${spanId}-0${traceFlags}`
    return traceState
      ? ['traceparent', traceparent, 'tracestate', traceState.serialize()]
      : ['traceparent', traceparent]
  }
}

function throughContext(propagator: TextMapPropagator, readsB3: boolean): Propagation {
  // Both encodings are read, whichever is written: the other, handed on, would name the caller as the parent of our calls.
  const fields = new Set([...propagator.fields(), ...(readsB3 ? headerGroups.b3 : [])])
  return {
    fields: [...fields],
    extract(headers) {
      const context = propagator.extract(ROOT_CONTEXT, headers, readHeader)
      const span = trace.getSpanContext(context)
      if (span && trace.isSpanContextValid(span)) return { span, isSampled: isSampledIn(span), context }
      const decision = readsB3 ? loneDecision(headers) : undefined
      return decision && { span: undefined, ...decision }
    },
    inject(call, caller) {
      const pairs: string[] = []
      propagator.inject(trace.setSpanContext(caller?.context ?? ROOT_CONTEXT, call), pairs, writeHeader)
      return pairs
    }
  }
}

function isSampledIn({ traceFlags }: SpanContext): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0
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
