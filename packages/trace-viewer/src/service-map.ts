import { isWithin, type Period } from './period.ts'
import { figuresOf, type Figures } from './red.ts'
import { callsIn, type Call, type Party } from './service-calls.ts'
import type { Trace } from './trace-store.ts'

/** All calls from one service to another, each in one version, in figures. */
export interface Edge extends Figures {
  /** Undefined where the calls come from outside. */
  from: Party | undefined
  to: Party
  perSecond: number
  /** Share of the caller's calls to this service that this version answered, 0 to 1; undefined if it is the only one. */
  share: number | undefined
  /** The called one left no span of these calls. */
  unanswered: boolean
  /** The called one is a database, from which none is expected. */
  isDatabase: boolean
}

/** The figures of every edge in a period; without one, of everything that is kept. */
export function serviceMap(traces: readonly Trace[], period?: Period): Edge[] {
  const all = callsIn(traces, period?.endUs)
  const calls = all.filter(({ startUs }) => isWithin(period, startUs))
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
  return [
    {
      from: first.from,
      to: first.to,
      perSecond: calls.length / seconds,
      share: calls.length === split.length ? undefined : calls.length / split.length,
      ...figuresOf(calls),
      unanswered: calls.every(({ bothSeen }) => !bothSeen),
      isDatabase: calls.every((call) => call.isDatabase)
    }
  ]
}
