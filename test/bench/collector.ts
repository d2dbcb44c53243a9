import { startTinyServer } from '@bookinfo/service-kit/testing'
import { decodeSpans, type Span } from '@bookinfo/trace-viewer/testing'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/** Longer than the servers under test wait before they send spans. */
const PATIENCE_MS = 30_000

export interface Receiver extends AsyncDisposable {
  endpoint: string
}

export interface Collector extends Receiver {
  /** @returns all spans that arrived since the last call, once there are as many as asked for */
  take(atLeast?: number): Promise<Span[]>
}

/** Receives OTLP over HTTP. Bodies are decoded after a round only, so that this costs nothing during it. */
export async function startCollector(): Promise<Collector> {
  let bodies: Buffer[] = []
  const receiver = await receiveSpans((body) => void bodies.push(body))
  return {
    ...receiver,
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
    }
  }
}

/** Receives OTLP over HTTP. @param take gets each body, in protobuf */
export async function receiveSpans(take: (body: Buffer) => void): Promise<Receiver> {
  const server = await startTinyServer(async (request, response) => {
    take(await buffer(request))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  return { endpoint: server.origin, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
