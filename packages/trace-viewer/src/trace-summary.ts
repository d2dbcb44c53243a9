import { partyName, partyOf, type Party } from './service-calls.ts'
import { endUs } from './span.ts'
import type { Trace } from './trace-store.ts'
import { rootOf } from './trace-tree.ts'

/** A trace in the list. */
export interface TraceSummary {
  id: string
  rootService: string
  rootName: string
  startUs: number
  durationUs: number
  spanCount: number
  errorCount: number
  /** Spans whose parent is missing. */
  orphanCount: number
  /** In the order in which they began, with the number of their spans. */
  services: readonly ServiceUse[]
}

export interface ServiceUse extends Party {
  spans: number
}

/** The last summary of each trace: the list asks for all of them on each request. */
const known = new WeakMap<Trace, { changes: number; summary: TraceSummary }>()

export function summarize(trace: Trace): TraceSummary {
  const last = known.get(trace)
  if (last?.changes === trace.changes) return last.summary
  const summary = workOut(trace)
  known.set(trace, { changes: trace.changes, summary })
  return summary
}

function workOut(trace: Trace): TraceSummary {
  const spans = [...trace.spans.values()].toSorted((a, b) => a.startUs - b.startUs)
  const root = rootOf(trace)
  const startUs = spans[0]?.startUs ?? 0
  const services = new Map<string, ServiceUse>()
  for (const span of spans) {
    const party = partyOf(span, trace.spans)
    const name = partyName(party)
    services.set(name, { ...party, spans: (services.get(name)?.spans ?? 0) + 1 })
  }
  return {
    id: trace.id,
    rootService: root?.resource.service ?? '',
    rootName: root?.name ?? '',
    startUs,
    durationUs: spans.reduce((end, span) => Math.max(end, endUs(span)), startUs) - startUs,
    spanCount: spans.length,
    errorCount: spans.filter(({ status }) => status === 'error').length,
    orphanCount: spans.filter(({ parentId }) => parentId !== undefined && !trace.spans.has(parentId)).length,
    services: [...services.values()]
  }
}
