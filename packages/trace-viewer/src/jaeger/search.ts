import type { Span } from '../span.ts'
import type { Trace } from '../trace-store.ts'
import { tagsOf } from './format.ts'
import type { TraceQuery } from './query.ts'

/** The newest traces in which one span has all that is asked for. */
export function search(traces: readonly Trace[], query: TraceQuery): Trace[] {
  return traces
    .filter(({ spans }) => [...spans.values()].some((span) => fits(span, query)))
    .toSorted((a, b) => startOf(b) - startOf(a))
    .slice(0, query.limit)
}

function startOf({ spans }: Trace): number {
  return spans.values().reduce((start, span) => Math.min(start, span.startUs), Infinity)
}

function fits(span: Span, query: TraceQuery): boolean {
  return (
    span.resource.service === query.service &&
    (query.operation === '' || span.name === query.operation) &&
    span.startUs >= query.startUs &&
    span.startUs <= query.endUs &&
    span.durationUs >= query.minDurationUs &&
    span.durationUs <= query.maxDurationUs &&
    query.tags.every(([key, value]) => hasTag(span, key, value))
  )
}

/**
 * Jaeger looks into a span's tags, its process's tags and the fields of its logs.
 *
 * @param value undefined for any
 */
export function hasTag(span: Span, key: string, value: string | undefined): boolean {
  const others = [span.resource, ...span.events].flatMap(({ attributes }) => attributes)
  return [...tagsOf(span), ...others].some(
    (tag) => tag.key === key && (value === undefined || String(tag.value) === value)
  )
}
