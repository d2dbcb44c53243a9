import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
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

test('once a request has waited for half a second, later ones are refused at once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const { running, arrival, release } = await startSmall()
  await using server = running
  const send = async () => {
    const arrived = once(server.app.server, 'request')
    const answer = ask(server.origin, '/held')
    await arrived
    return { answer }
  }
  const first = await send()
  const second = await send()
  vi.advanceTimersByTime(600)
  const third = await send()
  const secondArrived = arrival()
  release()
  await secondArrived
  expect(await first.answer).toEqual(json(200, { held: true }))
  expect(await ask(server.origin, '/held')).toEqual(json(503, overloaded))

  // Its turn came at once, so the wait is short again.
  const thirdArrived = arrival()
  release()
  await thirdArrived
  const fourth = await send()
  const fourthArrived = arrival()
  release()
  await fourthArrived
  release()
  for (const { answer } of [second, third, fourth]) expect(await answer).toEqual(json(200, { held: true }))
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

test('a probe behind 1,000 new busy connections waits for few of their requests', async () => {
  let served = 0
  const build = appWith(async (routes) => {
    routes.get('/page', async () => ({ served: (served += 1) }))
  })
  await using server = await startApp(build)
  const readers = Array.from({ length: 1_000 }, () => connectTo(server.origin))
  const probe = connectTo(server.origin)
  for (const reader of readers) {
    const askAgain = () => reader.write('GET /page HTTP/1.1\r\nHost: t\r\n\r\n')
    reader.on('data', askAgain)
    askAgain()
  }
  probe.write('GET /livez HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n')
  expect(await text(probe)).toContain('HTTP/1.1 200 OK')
  // If Node accepts one connection in each round of its event loop, it is more than 1,000.
  expect(served).toBeLessThan(500)
  for (const reader of readers) reader.destroy()
})
