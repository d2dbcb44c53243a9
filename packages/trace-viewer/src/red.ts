import { isWithin, type Period } from './period.ts'
import { partyName, type Call, type Party } from './service-calls.ts'
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
    .filter(({ kind, startUs }) => kind === 'server' && isWithin(period, startUs))
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
        ...figuresOf(own.map(answerOf)),
        buckets: Array.from({ length: BUCKETS }, (_, index) => figuresOf((buckets.get(index) ?? []).map(answerOf)))
      }
    })
}

function extentOf(spans: readonly Span[]): Period {
  const startUs = spans.reduce((start, span) => Math.min(start, span.startUs), Infinity)
  return { startUs, endUs: spans.reduce((end, span) => Math.max(end, endUs(span)), 0) }
}

type Answer = Pick<Call, 'span' | 'startUs' | 'durationUs' | 'failed'>

function answerOf(span: Span): Answer {
  return { span, startUs: span.startUs, durationUs: span.durationUs, failed: span.status === 'error' }
}

export function figuresOf(answers: readonly Answer[]): Figures {
  const byDuration = answers.toSorted((a, b) => a.durationUs - b.durationUs)
  const failures = answers.filter(({ failed }) => failed)
  return {
    calls: answers.length,
    errorRate: failures.length / Math.max(1, answers.length),
    // The nearest rank: a value that did occur.
    p95Us: byDuration[Math.ceil(answers.length * 0.95) - 1]?.durationUs ?? 0,
    slowest: byDuration.at(-1)?.span,
    failed: failures.toSorted((a, b) => a.startUs - b.startUs).at(-1)?.span
  }
}
