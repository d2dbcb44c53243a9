import type { ReceivedSpan } from './otlp.ts'
import { receiveSpans } from './span-receiver.ts'

/** An answered request: the ids that it carried, and the services that must have served it. */
export interface Answered {
  traceId: string
  spanId: string
  services: readonly string[]
}

/** Traces of the load's own requests, as they come in. */
export interface Traces {
  readonly spans: number
  /** Says what is missing in the trace of a request, or undefined if it is whole. */
  missingIn(request: Answered): string | undefined
  /** Forgets a trace. What comes of it later is not counted. */
  forget(traceId: string): void
}

/** Receives spans, and keeps those of traces that were begun here. */
export function collectTraces(isOwn: (traceId: string) => boolean): Traces {
  const traces = new Map<string, ReceivedSpan[]>()
  let spans = 0
  receiveSpans((span) => {
    if (!isOwn(span.traceId)) return
    spans += 1
    const trace = traces.get(span.traceId)
    if (trace) trace.push(span)
    else traces.set(span.traceId, [span])
  })
  return {
    get spans() {
      return spans
    },
    missingIn: ({ traceId, spanId, services }) => findMissing(traces.get(traceId) ?? [], spanId, services),
    forget: (traceId) => void traces.delete(traceId)
  }
}

function findMissing(trace: readonly ReceivedSpan[], root: string, services: readonly string[]): string | undefined {
  const ids = new Set([root, ...trace.map(({ id }) => id)])
  const orphans = trace.filter(({ parent }) => !ids.has(parent))
  if (orphans.length > 0) return `parent of ${orphans.map(({ service }) => service).join(', ')}`
  if (!trace.some(({ parent }) => parent === root)) return `first span of ${trace.length}`
  const served = new Set(trace.filter(({ isServer }) => isServer).map(({ service }) => service.split('.')[0]))
  const absent = services.filter((service) => !served.has(service))
  if (absent.length > 0) return `span of ${absent.join(', ')}`
  // A call that got an answer has reached somebody, whose span must be below it.
  const parents = new Set(trace.map(({ parent }) => parent))
  const calls = trace.filter(({ id, isClient, hasFailed }) => isClient && !hasFailed && !parents.has(id))
  return calls.length > 0 ? `what ${calls.map(({ service }) => service).join(', ')} called` : undefined
}
