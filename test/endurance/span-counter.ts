import { decodeSpans } from '@bookinfo/trace-viewer/testing'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** Milliseconds after which no more spans of a trace are expected. */
const COMPLETE_MS = 8_000

export interface SpanCounter extends AsyncDisposable {
  endpoint: string
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
  const server = createServer(async (request, response) => {
    for (const { traceId, spanId, parentId, kind, startUs, resource } of decodeSpans(
      await buffer(request),
      'protobuf'
    )) {
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
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const counter: SpanCounter = {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
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
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    }
  }
  return counter
}
