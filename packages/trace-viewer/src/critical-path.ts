import { endUs, type Span } from './span.ts'
import type { Trace } from './trace-store.ts'
import { rootOf } from './trace-tree.ts'

export interface Stretch {
  startUs: number
  endUs: number
}

/** Where the time of a span went. */
export interface SpanTime {
  /** What its children do not account for. */
  selfUs: number
  /** Its own parts of the critical path: a shorter one would have ended the trace earlier. Last first. */
  critical: readonly Stretch[]
}

/**
 * The time of every span of a trace. The critical path goes back from the end of the root: to the child that ended last, from
 * its start to the child that ended last before it, and so on. Of children that outlast their parent the rest does not count.
 */
export function spanTimes(trace: Trace): Map<Span, SpanTime> {
  const children = Map.groupBy(trace.spans.values(), ({ parentId }) => parentId)
  const stretches = (span: Span) => (children.get(span.spanId) ?? []).map((child) => clip(child, span))
  const times = new Map<Span, { selfUs: number; critical: Stretch[] }>()
  for (const span of trace.spans.values())
    times.set(span, { selfUs: span.durationUs - unionUs(stretches(span)), critical: [] })

  const root = rootOf(trace)
  const walked = new Set<Span>()
  const waiting = root ? [{ span: root, startUs: root.startUs, endUs: endUs(root) }] : []
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (walked.has(next.span)) continue
    walked.add(next.span)
    const own = times.get(next.span)?.critical ?? []
    let cursor = next.endUs
    for (const child of stretches(next.span).toSorted((a, b) => b.endUs - a.endUs)) {
      const fits = child.endUs <= cursor && child.endUs > child.startUs
      if (!fits) continue
      if (child.endUs < cursor) own.push({ startUs: child.endUs, endUs: cursor })
      waiting.push(child)
      cursor = child.startUs
    }
    if (next.startUs < cursor) own.push({ startUs: next.startUs, endUs: cursor })
  }
  return times
}

function clip(span: Span, parent: Span): Stretch & { span: Span } {
  const startUs = Math.max(span.startUs, parent.startUs)
  return { span, startUs, endUs: Math.max(startUs, Math.min(endUs(span), endUs(parent))) }
}

/** The length of what some stretches cover together. */
function unionUs(stretches: readonly Stretch[]): number {
  let covered = 0
  let until = -Infinity
  for (const { startUs, endUs: end } of stretches.toSorted((a, b) => a.startUs - b.startUs)) {
    covered += Math.max(0, end - Math.max(startUs, until))
    until = Math.max(until, end)
  }
  return covered
}
