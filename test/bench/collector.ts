import { decodeSpans, type Span } from '@bookinfo/trace-viewer/testing'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than the servers under test wait before they send spans. */
const PATIENCE_MS = 30_000

export interface Collector extends AsyncDisposable {
  endpoint: string
  /** @returns all spans that arrived since the last call, once there are as many as asked for */
  take(atLeast?: number): Promise<Span[]>
}

/** Receives OTLP over HTTP. Bodies are decoded after a round only, so that this costs nothing during it. */
export async function startCollector(): Promise<Collector> {
  let bodies: Buffer[] = []
  const server = createServer(async (request, response) => {
    bodies.push(await buffer(request))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async take(atLeast = 0) {
      const spans: Span[] = []
      const deadline = performance.now() + PATIENCE_MS
      for (;;) {
        const arrived = bodies
        bodies = []
        for (const body of arrived) spans.push(...decodeSpans(body, 'protobuf'))
        if (spans.length >= atLeast || performance.now() > deadline) return spans
        await sleep(10)
      }
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    }
  }
}
