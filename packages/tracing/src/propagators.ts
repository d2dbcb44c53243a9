import type { TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'

/**
 * In the order in which headers are read: the last one wins. Under Istio's OpenTelemetry provider a client's stale B3
 * headers pass the proxies untouched, so `traceparent` must come after them.
 */
const propagators: [name: string, create: () => TextMapPropagator][] = [
  ['b3', () => new B3Propagator()],
  ['b3multi', () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER })],
  ['tracecontext', () => new W3CTraceContextPropagator()],
  ['baggage', () => new W3CBaggagePropagator()]
]

/** @param names as in `OTEL_PROPAGATORS`, in any order */
export function createPropagator(names: readonly string[]): TextMapPropagator {
  const wanted = propagators.filter(([name]) => names.includes(name))
  return new CompositePropagator({ propagators: wanted.map(([, create]) => create()) })
}
