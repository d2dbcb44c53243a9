import { callsIn, type Call } from './service-calls.ts'
import type { Trace } from './trace-store.ts'

/** All calls from one service to another, in figures. */
export interface Edge {
  /** Undefined where the calls come from outside. */
  from: string | undefined
  to: string
  calls: number
  perSecond: number
  /** Share of calls that failed, 0 to 1. */
  errorRate: number
  p95Us: number
  /** The called one left no span of these calls. */
  unanswered: boolean
  /** The called one is a database, from which none is expected. */
  isDatabase: boolean
}

export interface Period {
  startUs: number
  endUs: number
}

/** The figures of every edge in a period; without one, of everything that is kept. */
export function serviceMap(traces: readonly Trace[], period?: Period): Edge[] {
  const all = callsIn(traces)
  const calls = period ? all.filter(({ startUs }) => startUs >= period.startUs && startUs <= period.endUs) : all
  const seconds = lengthOf(all, period)
  return [...Map.groupBy(calls, ({ from, to }) => JSON.stringify([from ?? null, to])).values()]
    .flatMap((group) => summarize(group, seconds))
    .toSorted((a, b) => b.calls - a.calls)
}

/** Of a period in which this process did not yet run, or nobody called, only the rest counts. */
function lengthOf(calls: readonly Call[], period: Period | undefined): number {
  const first = calls.reduce((start, call) => Math.min(start, call.startUs), Infinity)
  const last = calls.reduce((end, call) => Math.max(end, call.endUs), 0)
  const { startUs = first, endUs = last } = period ?? {}
  return Math.max(1, (endUs - Math.max(startUs, first)) / 1e6)
}

function summarize(calls: readonly Call[], seconds: number): Edge[] {
  const [first] = calls
  if (first === undefined) return []
  return [
    {
      from: first.from,
      to: first.to,
      calls: calls.length,
      perSecond: calls.length / seconds,
      errorRate: calls.filter(({ failed }) => failed).length / calls.length,
      p95Us: percentile95(calls.map(({ durationUs }) => durationUs)),
      unanswered: calls.every(({ bothSeen }) => !bothSeen),
      isDatabase: calls.every((call) => call.isDatabase)
    }
  ]
}

/** The nearest rank: a value that did occur. */
function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0
}
