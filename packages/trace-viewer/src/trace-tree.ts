import type { Span } from './span.ts'
import type { Trace } from './trace-store.ts'

/** A span in its place. */
export interface TreeSpan {
  span: Span
  /** 0 for those without a parent here. */
  depth: number
  /** It names a parent that is not among the spans. */
  parentMissing: boolean
}

/**
 * The spans of a trace from top to bottom, children below their parents, each level by start. Spans whose parent is missing are
 * at the top, as are those whose parents form a circle.
 */
export function treeOf({ spans }: Trace): TreeSpan[] {
  const byStart = [...spans.values()].toSorted((a, b) => a.startUs - b.startUs)
  const children = Map.groupBy(byStart, ({ parentId }) => parentId)
  const placed = new Set<Span>()
  const tree: TreeSpan[] = []

  function place(top: Span): void {
    // No recursion: a chain of ten thousand spans is a trace too.
    const waiting: { span: Span; depth: number }[] = [{ span: top, depth: 0 }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { span, depth } = next
      if (placed.has(span)) continue
      placed.add(span)
      tree.push({ span, depth, parentMissing: depth === 0 && span.parentId !== undefined && !spans.has(span.parentId) })
      for (const child of (children.get(span.spanId) ?? []).toReversed())
        waiting.push({ span: child, depth: depth + 1 })
    }
  }

  for (const span of byStart) if (span.parentId === undefined || !spans.has(span.parentId)) place(span)
  for (const span of byStart) if (!placed.has(span)) place(span)
  return tree
}

/** The span that began the trace, as far as it is here: without a parent, else with a missing one, else the first. */
export function rootOf({ spans }: Trace): Span | undefined {
  const all = [...spans.values()]
  return (
    firstOf(all.filter(({ parentId }) => parentId === undefined)) ??
    firstOf(all.filter(({ parentId }) => parentId !== undefined && !spans.has(parentId))) ??
    firstOf(all)
  )
}

function firstOf(spans: readonly Span[]): Span | undefined {
  return spans.reduce<Span | undefined>(
    (first, span) => (first && first.startUs <= span.startUs ? first : span),
    undefined
  )
}
