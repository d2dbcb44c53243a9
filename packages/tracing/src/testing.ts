import { SpanStatusCode } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TracerProvider,
  AlwaysOnSampler,
  type ReadableSpan
} from '@opentelemetry/sdk-trace'
import { createPropagator } from './propagators.ts'
import { createSpans } from './spans.ts'
import type { Tracing } from './tracing.ts'

export interface RecordedTracing extends Tracing {
  /** Spans that have ended, oldest first. */
  spans(): ReadableSpan[]
}

/**
 * Trace mode with nothing sent: for tests in which several services share a process. The assembly for production registers
 * itself for the whole process, so there can be only one.
 */
export function createRecordedTracing(service: string, propagators = ['tracecontext', 'baggage']): RecordedTracing {
  const exporter = new InMemorySpanExporter()
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })]
  })
  const tracer = provider.getTracer('@bookinfo/tracing')
  return {
    startRequest: createSpans({ tracer, propagator: createPropagator(propagators) }),
    shutdown: async () => provider.shutdown(),
    droppedSpans: () => 0,
    spans: () => exporter.getFinishedSpans()
  }
}

export { SpanStatusCode, type ReadableSpan }
