import { once } from 'node:events'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createHeld, type Behaviour, type Collector } from './collector.ts'
import { portOf } from './port.ts'
import type { ReceivedSpan } from './received-span.ts'

export interface HttpKind {
  path: string
  type: string
  /** The status of an accepted request. */
  status: number
  /** The body of that answer. */
  answer: string
  read: (body: Buffer) => ReceivedSpan[]
}

/** A collector that gets spans by POST. */
export async function startHttpCollector(kind: HttpKind, behaviour: Behaviour): Promise<Collector> {
  const held = createHeld()
  let now = behaviour
  const server = createServer(async (request, response) => {
    collector.requests += 1
    if (now === 'resets') {
      request.socket.resetAndDestroy()
      return
    }
    const body = await buffer(request)
    if (now === 'hangs') return
    const isRight =
      request.method === 'POST' && request.url === kind.path && request.headers['content-type'] === kind.type
    const status = typeof now === 'number' ? now : isRight ? kind.status : 404
    if (status === kind.status) collector.spans.push(...kind.read(body))
    const send = () => response.writeHead(status, { 'content-type': kind.type }).end(kind.answer)
    if (now === 'holds') held.answer(send)
    else send()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const collector: Collector = {
    port: portOf(server.address()),
    spans: [],
    requests: 0,
    behave: (next) => void (now = next),
    release: () => held.release(),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
  return collector
}
