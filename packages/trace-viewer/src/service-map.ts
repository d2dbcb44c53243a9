import type { Period } from './period.ts'
import { callsIn, type Call, type Party } from './service-calls.ts'
import type { Span } from './span.ts'
import type { Trace } from './trace-store.ts'

/** All calls from one service to another, each in one version, in figures. */
export interface Edge {
  /** Undefined where the calls come from outside. */
  from: Party | undefined
  to: Party
  calls: number
  perSecond: number
  /** Share of the caller's calls to this service that this version answered, 0 to 1; undefined if it is the only one. */
  share: number | undefined
  /** Share of calls that failed, 0 to 1. */
  errorRate: number
  p95Us: number
  /** Examples to look at: the longest call, and the last that failed. */
  slowest: Span
  failed: Span | undefined
  /** The called one left no span of these calls. */
  unanswered: boolean
  /** The called one is a database, from which none is expected. */
  isDatabase: boolean
}

/** The figures of every edge in a period; without one, of everything that is kept. */
export function serviceMap(traces: readonly Trace[], period?: Period): Edge[] {
  const all = callsIn(traces)
  const calls = period ? all.filter(({ startUs }) => startUs >= period.startUs && startUs <= period.endUs) : all
  const seconds = lengthOf(all, period)
  const toService = Map.groupBy(calls, ({ from, to }) => JSON.stringify([from, to.service]))
  return [...toService.values()]
    .flatMap((split) =>
      [...Map.groupBy(split, ({ to }) => to.version).values()].flatMap((group) => summarize(group, split, seconds))
    )
    .toSorted((a, b) => b.calls - a.calls)
}

/** Of a period in which this process did not yet run, or nobody called, only the rest counts. */
function lengthOf(calls: readonly Call[], period: Period | undefined): number {
  const first = calls.reduce((start, call) => Math.min(start, call.startUs), Infinity)
  const last = calls.reduce((end, call) => Math.max(end, call.endUs), 0)
  const { startUs = first, endUs = last } = period ?? {}
  return Math.max(1, (endUs - Math.max(startUs, first)) / 1e6)
}

/** @param split the calls of the same caller to all versions */
function summarize(calls: readonly Call[], split: readonly Call[], seconds: number): Edge[] {
  const [first] = calls
  if (first === undefined) return []
  const byDuration = calls.toSorted((a, b) => a.durationUs - b.durationUs)
  const failures = calls.filter(({ failed }) => failed)
  return [
    {
      from: first.from,
      to: first.to,
      calls: calls.length,
      perSecond: calls.length / seconds,
      share: calls.length === split.length ? undefined : calls.length / split.length,
      errorRate: failures.length / calls.length,
      // The nearest rank: a value that did occur.
      p95Us: byDuration[Math.ceil(calls.length * 0.95) - 1]?.durationUs ?? 0,
      slowest: (byDuration.at(-1) ?? first).span,
      failed: failures.toSorted((a, b) => b.startUs - a.startUs)[0]?.span,
      unanswered: calls.every(({ bothSeen }) => !bothSeen),
      isDatabase: calls.every((call) => call.isDatabase)
    }
  ]
}
