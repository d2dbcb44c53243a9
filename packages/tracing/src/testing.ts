import { SpanStatusCode } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { createPropagation } from './propagation.ts'
import { createSampling } from './sampling.ts'
import { createSpans } from './spans.ts'
import { nothingSent, type Tracing } from './tracing.ts'

export interface RecordedTracing extends Tracing {
  /** Spans that have ended, oldest first. */
  spans(): ReadableSpan[]
}

/**
 * Trace mode that keeps its spans in memory, for tests with several services in one process. Production's trace mode registers
 * itself for the whole process, so there can be only one.
 */
export function createRecordedTracing(service: string, propagators = ['tracecontext', 'baggage']): RecordedTracing {
  const exporter = new InMemorySpanExporter()
  const processors = [new SimpleSpanProcessor({ exporter })]
  const resource = resourceFromAttributes({ 'service.name': service })
  const provider = new TracerProvider({ resource, spanProcessors: processors })
  const instrumentationScope = { name: '@bookinfo/tracing' }
  return {
    startRequest: createSpans({
      sink: { processors, resource, instrumentationScope },
      propagation: createPropagation(propagators),
      isSampled: createSampling({ OTEL_TRACES_SAMPLER: 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: '' }),
      tracer: provider.getTracer(instrumentationScope.name)
    }),
    shutdown: async () => provider.shutdown(),
    exporters: [],
    sending: () => nothingSent,
    spans: () => exporter.getFinishedSpans()
  }
}

export { SpanStatusCode, type ReadableSpan }
