import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { FastifyReply } from '../src/index.ts'
import { appWith } from './support/app-with.ts'
import { ask, askFully, connectTo, json, startApp } from './support/index.ts'

const overloaded = { error: 'too many requests are in flight: try again later' }

/** A service that serves one request at once. `/held` is answered when the test says so. */
async function startSmall() {
  const held: FastifyReply[] = []
  const arrivals: (() => void)[] = []
  const build = appWith(
    async (routes) => {
      routes.get('/held', (_request, reply) => {
        held.push(reply)
        arrivals.shift()?.()
      })
    },
    { settings: { MAX_REQUESTS_IN_FLIGHT: 1 } }
  )
  const running = await startApp(build)
  const arrival = () => new Promise<void>((resolve) => arrivals.push(resolve))
  return { running, arrival, release: () => held.shift()?.send({ held: true }) }
}

test('a request beyond the bound waits for its turn, while probes are served', async () => {
  const { running, arrival, release } = await startSmall()
  await using server = running
  const firstArrived = arrival()
  const first = ask(server.origin, '/held')
  await firstArrived
  const secondArrived = arrival()
  const second = ask(server.origin, '/held')
  expect(await ask(server.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
  release()
  expect(await first).toEqual(json(200, { held: true }))
  await secondArrived
  release()
  expect(await second).toEqual(json(200, { held: true }))
})

test('a request whose turn does not come gets 503 with Retry-After', async () => {
  const { running, arrival, release } = await startSmall()
  await using server = running
  const firstArrived = arrival()
  const first = ask(server.origin, '/held')
  await firstArrived
  const { status, body, headers } = await askFully(server.origin, '/held')
  expect([status, body, headers['retry-after']]).toEqual([503, overloaded, '2'])
  release()
  expect(await first).toEqual(json(200, { held: true }))
})

test('of 300 pipelined requests 16 are served', async () => {
  const { running } = await startSmall()
  await using server = running
  const socket = connectTo(server.origin)
  const one = 'GET /openapi.json HTTP/1.1\r\nHost: t\r\n\r\n'
  socket.write(`${one.repeat(299)}${one.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n')}`)
  const statuses = [...(await text(socket)).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status)
  expect(statuses).toHaveLength(300)
  expect(statuses.filter((status) => status === '503')).toHaveLength(284)
})

test('a probe behind 100 new busy connections waits for few of their requests', async () => {
  let served = 0
  const build = appWith(async (routes) => {
    routes.get('/page', async () => ({ served: (served += 1) }))
  })
  await using server = await startApp(build)
  const readers = Array.from({ length: 100 }, () => connectTo(server.origin))
  const probe = connectTo(server.origin)
  for (const reader of readers) {
    const askAgain = () => reader.write('GET /page HTTP/1.1\r\nHost: t\r\n\r\n')
    reader.on('data', askAgain)
    askAgain()
  }
  probe.write('GET /livez HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n')
  expect(await text(probe)).toContain('HTTP/1.1 200 OK')
  // A round of the event loop that serves every reader makes it 5,000.
  expect(served).toBeLessThan(500)
  for (const reader of readers) reader.destroy()
})
