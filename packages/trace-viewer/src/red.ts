import type { Period } from './period.ts'
import { partyName, type Party } from './service-calls.ts'
import { endUs, type Span } from './span.ts'
import type { Trace } from './trace-store.ts'

/** Columns of a sparkline. */
const BUCKETS = 30

/** Rate, errors and duration of what a service answered. */
export interface Figures {
  calls: number
  errorRate: number
  p95Us: number
  /** Examples to look at: the longest, and the last that failed. */
  slowest: Span | undefined
  failed: Span | undefined
}

export interface ServiceFigures extends Figures {
  party: Party
  perSecond: number
  /** The same over time, in equal parts of the period. */
  buckets: readonly Figures[]
}

/** The figures of each service in each version; without a period, of everything that is kept. */
export function serviceFigures(traces: readonly Trace[], period?: Period): ServiceFigures[] {
  const spans = traces
    .flatMap((trace) => [...trace.spans.values()])
    .filter(
      ({ kind, startUs }) => kind === 'server' && (!period || (startUs >= period.startUs && startUs <= period.endUs))
    )
  const { startUs, endUs: end } = period ?? extentOf(spans)
  const lengthUs = Math.max(1, end - startUs)
  const bucketOf = (span: Span) => Math.min(BUCKETS - 1, Math.floor(((span.startUs - startUs) * BUCKETS) / lengthUs))
  return [...Map.groupBy(spans, ({ resource }) => partyName(resource))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => {
      const [first] = own
      if (first === undefined) return []
      const buckets = Map.groupBy(own, bucketOf)
      return {
        party: { service: first.resource.service, version: first.resource.version },
        perSecond: own.length / Math.max(1, lengthUs / 1e6),
        ...figuresOf(own),
        buckets: Array.from({ length: BUCKETS }, (_, index) => figuresOf(buckets.get(index) ?? []))
      }
    })
}

function extentOf(spans: readonly Span[]): Period {
  const startUs = spans.reduce((start, span) => Math.min(start, span.startUs), Infinity)
  return { startUs, endUs: spans.reduce((end, span) => Math.max(end, endUs(span)), 0) }
}

function figuresOf(spans: readonly Span[]): Figures {
  const byDuration = spans.toSorted((a, b) => a.durationUs - b.durationUs)
  const failures = spans.filter(({ status }) => status === 'error').toSorted((a, b) => a.startUs - b.startUs)
  return {
    calls: spans.length,
    errorRate: failures.length / Math.max(1, spans.length),
    p95Us: byDuration[Math.ceil(spans.length * 0.95) - 1]?.durationUs ?? 0,
    slowest: byDuration.at(-1),
    failed: failures.at(-1)
  }
}
