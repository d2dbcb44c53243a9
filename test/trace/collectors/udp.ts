import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Collector } from './collector.ts'
import { readDatagram } from './jaeger.ts'
import { portOf } from './port.ts'

/** Jaeger's agent: it receives datagrams and cannot answer. */
export async function startUdpCollector(): Promise<Collector> {
  const socket = createSocket('udp4')
  socket.on('message', (message) => {
    collector.requests += 1
    collector.spans.push(...readDatagram(message))
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const collector: Collector = {
    port: portOf(socket.address()),
    spans: [],
    requests: 0,
    behave: () => undefined,
    release: () => undefined,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    }
  }
  return collector
}
