import type { Span } from './span.ts'

/** Bytes of requests, roughly, that the kept spans came in: a bound for spans that are unusually large. */
const MAX_BYTES = 64 * 1024 * 1024
/** Bytes, at least, of each event, link and attribute: an empty event comes in two bytes. */
const OBJECT_BYTES = 100
/** Names of spans that are offered for a choice: some senders name each span differently. */
const MAX_OPERATIONS = 200
/** Ids of traces that have gone, so that their late spans are known for what they are. */
const MAX_GONE = 10_000

export interface Trace {
  id: string
  /** By span id, in the order in which they came. */
  spans: ReadonlyMap<string, Span>
  /** Spans that were not kept, because this trace alone has reached the bound. */
  refused: number
  /** Rises with each span that comes or is replaced, so that what is worked out from the spans can be remembered. */
  changes: number
}

export interface TraceStore {
  /** Keeps spans in any order; one with a known id takes the other's place. `bytes` is what they took to send. */
  add(spans: readonly Span[], bytes: number): void
  /** @param traceId in any case, and without its leading zeros if need be */
  get(traceId: string): Trace | undefined
  /** Oldest first, by when their first span came. */
  all(): readonly Trace[]
  /** Names of the services that have spans here, in alphabetical order. */
  services(): readonly string[]
  /** Their versions, and the names of their spans, in alphabetical order. */
  versions(): readonly string[]
  operations(): readonly string[]
  count(): { traces: number; spans: number; tracesGone: number }
}

interface Names {
  services: readonly string[]
  versions: readonly string[]
  operations: readonly string[]
}

interface KeptTrace extends Trace {
  spans: Map<string, Span>
  /** Bytes of each span, by span id. */
  sizes: Map<string, number>
}

/**
 * Keeps whole traces: when there are too many spans the oldest trace goes with all its spans, until there is room. A late span
 * of a trace that has gone is not kept, as it would look like a trace of its own; nor is what a single trace has beyond the
 * bound.
 */
export function createTraceStore(maxSpans: number, maxBytes = MAX_BYTES): TraceStore {
  const traces = new Map<string, KeptTrace>()
  const gone = new Set<string>()
  let spanCount = 0
  let byteCount = 0
  let tracesGone = 0
  /** Remembered until a span comes. */
  let names: Names | undefined

  function keep(span: Span, bytes: number): void {
    if (gone.has(span.traceId)) return
    const trace = traces.get(span.traceId) ?? {
      id: span.traceId,
      spans: new Map(),
      refused: 0,
      changes: 0,
      sizes: new Map()
    }
    traces.set(span.traceId, trace)
    const known = trace.sizes.get(span.spanId)
    const moreSpans = known === undefined ? 1 : 0
    const moreBytes = bytes - (known ?? 0)
    const isFull = () => spanCount + moreSpans > maxSpans || byteCount + moreBytes > maxBytes
    while (traces.size > 1 && isFull()) removeOldest()
    // It may have been the oldest itself.
    if (gone.has(span.traceId)) return
    if (isFull()) return void (trace.refused += 1)
    trace.spans.set(span.spanId, span)
    trace.sizes.set(span.spanId, bytes)
    trace.changes += 1
    names = undefined
    spanCount += moreSpans
    byteCount += moreBytes
  }

  function removeOldest(): void {
    const [oldest] = traces.values()
    if (oldest === undefined) return
    traces.delete(oldest.id)
    names = undefined
    spanCount -= oldest.spans.size
    byteCount -= oldest.sizes.values().reduce((sum, bytes) => sum + bytes, 0)
    tracesGone += 1
    gone.add(oldest.id)
    const [forgotten] = gone
    if (gone.size > MAX_GONE && forgotten !== undefined) gone.delete(forgotten)
  }

  function findNames(): Names {
    const found = { services: new Set<string>(), versions: new Set<string>(), operations: new Set<string>() }
    for (const { spans } of traces.values())
      for (const { resource, name } of spans.values()) {
        found.services.add(resource.service)
        found.versions.add(resource.version)
        found.operations.add(name)
      }
    const sorted = (texts: Set<string>) => [...texts].filter((text) => text !== '').toSorted()
    const { services, versions, operations } = found
    return {
      services: sorted(services),
      versions: sorted(versions),
      operations: sorted(operations).slice(0, MAX_OPERATIONS)
    }
  }

  function allNames(): Names {
    names ??= findNames()
    return names
  }

  return {
    add(spans, bytes) {
      for (const span of spans) keep(span, Math.max(bytes / spans.length, OBJECT_BYTES * countObjects(span)))
    },
    get: (traceId) => traces.get(traceId.toLowerCase().padStart(32, '0')),
    all: () => [...traces.values()],
    services: () => allNames().services,
    versions: () => allNames().versions,
    operations: () => allNames().operations,
    count: () => ({ traces: traces.size, spans: spanCount, tracesGone })
  }
}

function countObjects({ attributes, events, links }: Span): number {
  const inner = [...events, ...links].reduce((sum, part) => sum + 1 + part.attributes.length, 0)
  return attributes.length + inner
}
