import { decodeSpans } from '@bookinfo/trace-viewer/testing'
import { receiveSpans, type Receiver } from '../bench/collector.ts'

/** Milliseconds after which no more spans of a trace are expected. */
const COMPLETE_MS = 8_000

export interface SpanCounter extends Receiver {
  /** SERVER spans that arrived, by service and version. */
  served: Map<string, number>
  traces: number
  /** Start in milliseconds since 1970 of each trace with a span whose parent has not arrived. */
  brokenMs: number[]
  /** Counts the traces that are complete, so that their spans can be forgotten. @param all those that may be incomplete too */
  settle(all?: boolean): void
}

interface Trace {
  firstMs: number
  seenMs: number
  ids: Set<string>
  parents: Set<string>
}

/** Receives OTLP over HTTP, counts spans, and checks that the spans of a trace are connected. */
export async function startSpanCounter(): Promise<SpanCounter> {
  const open = new Map<string, Trace>()
  const receiver = await receiveSpans((body) => {
    for (const { traceId, spanId, parentId, kind, startUs, resource } of decodeSpans(body, 'protobuf')) {
      const trace = open.get(traceId) ?? { firstMs: startUs / 1000, seenMs: 0, ids: new Set(), parents: new Set() }
      open.set(traceId, trace)
      trace.seenMs = performance.now()
      trace.firstMs = Math.min(trace.firstMs, startUs / 1000)
      trace.ids.add(spanId)
      if (parentId !== undefined) trace.parents.add(parentId)
      if (kind !== 'server') continue
      const name = `${resource.service} ${resource.version}`
      counter.served.set(name, (counter.served.get(name) ?? 0) + 1)
    }
  })
  const counter: SpanCounter = {
    ...receiver,
    served: new Map(),
    traces: 0,
    brokenMs: [],
    settle(all = false) {
      for (const [id, { firstMs, seenMs, ids, parents }] of open) {
        if (!all && performance.now() - seenMs < COMPLETE_MS) continue
        open.delete(id)
        counter.traces += 1
        if (parents.difference(ids).size > 0) counter.brokenMs.push(firstMs)
      }
    }
  }
  return counter
}
