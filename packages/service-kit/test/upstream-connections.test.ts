import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDispatcher, createUpstream, type ConnectionUse } from '../src/index.ts'
import { ask, respond, startTinyServer } from './support/index.ts'
import { originOf, thingsOf } from './support/things.ts'

async function askTimes(count: number, connections: ConnectionUse, origins: string[]): Promise<void> {
  // Longer than any call takes on a busy machine.
  const dispatcher = createDispatcher(connections, { idleMs: 30_000, lifetimeMs: 60_000 })
  const upstream = createUpstream({ name: 'things', origins, schema: Type.Object({}), timeoutMs: 30_000, dispatcher })
  for (let i = 0; i < count; i += 1) expect(await upstream.get(`/${i}`, forwardHeaders([]))).toMatchObject({ ok: true })
  await dispatcher.close()
}

test('per-request opens a connection for every call', async () => {
  await using server = await startTinyServer(respond(200, {}))
  await askTimes(5, 'per-request', [server.origin])
  expect(new Set(server.seen.map(({ remotePort }) => remotePort)).size).toBe(5)
  expect(server.seen.map(({ headers }) => new Map(headers).get('connection'))).toEqual(Array(5).fill('close'))
})

test('keep-alive uses connections again', async () => {
  await using server = await startTinyServer(respond(200, {}))
  await askTimes(20, 'keep-alive', [server.origin])
  // A call that follows at once may find the first connection not quite free yet.
  expect(new Set(server.seen.map(({ remotePort }) => remotePort)).size).toBeLessThanOrEqual(2)
})

describe('renewed', () => {
  test('takes eight connections in turn, each for 128 calls', async () => {
    await using server = await startTinyServer(respond(200, {}))
    await askTimes(2048, 'renewed', [server.origin])
    const ports = server.seen.map(({ remotePort }) => remotePort)
    expect(new Set(ports.slice(0, 8)).size).toBe(8)
    for (let call = 8; call < 1024; call += 8) expect(ports.slice(call, call + 8)).toEqual(ports.slice(0, 8))
    expect(new Set(ports).size).toBe(16)
    const closing = server.seen.filter(({ headers }) => new Map(headers).get('connection') === 'close')
    expect(closing).toHaveLength(16)
  })

  test('leaves a connection after its lifetime', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    await using server = await startTinyServer(respond(200, {}))
    const dispatcher = createDispatcher('renewed', { idleMs: 30_000 })
    const things = thingsOf(server.origin, dispatcher)
    for (let call = 0; call < 16; call += 1) await things.get('/', forwardHeaders([]))
    vi.advanceTimersByTime(1_001)
    for (let call = 0; call < 16; call += 1) await things.get('/', forwardHeaders([]))
    const ports = server.seen.map(({ remotePort }) => remotePort)
    expect(new Set(ports.slice(0, 16)).size).toBe(8)
    expect(new Set(ports.slice(16)).size).toBe(8)
    expect(new Set(ports).size).toBe(16)
    await dispatcher.close()
  })

  test('closes connections after a quarter of a second without a call', async () => {
    await using server = await startTinyServer(respond(200, {}))
    const dispatcher = createDispatcher('renewed')
    const things = thingsOf(server.origin, dispatcher)
    const closed: Promise<unknown>[] = []
    server.answerWith((request, response) => {
      closed.push(once(request.socket, 'close'))
      respond(200, {})(request, response)
    })
    for (let call = 0; call < 8; call += 1) await things.get('/', forwardHeaders([]))
    await Promise.all(closed)
    expect(closed).toHaveLength(8)
    await dispatcher.close()
  })

  test('reaches all pods behind a balancer of connections equally often', async () => {
    await using one = await startTinyServer(respond(200, {}))
    await using two = await startTinyServer(respond(200, {}))
    await using three = await startTinyServer(respond(200, {}))
    const pods = [one, two, three]
    // A balancer of TCP connections: kube-proxy chooses at random, here in turn, so that the counts are the same in each run.
    let next = 0
    const balancer = createTcpServer((client) => {
      const pod = connect(Number(new URL(pods[next++ % 3]?.origin ?? '').port), '127.0.0.1')
      client.pipe(pod).pipe(client)
      for (const socket of [client, pod]) socket.on('error', () => [client, pod].forEach((end) => end.destroy()))
    })
    await askTimes(128 * 24, 'renewed', [await originOf(balancer)])
    expect(pods.map(({ seen }) => seen.length)).toEqual([1024, 1024, 1024])
    balancer.close()
  })
})

test.each(['renewed', 'per-request', 'keep-alive'] as const)(
  '%s opens no more connections at once than it may',
  async (use) => {
    const held: ServerResponse[] = []
    let holds = true
    const answer = (response: ServerResponse) => response.setHeader('content-type', 'application/json').end('{}')
    await using server = await startTinyServer(({ url }, response) => {
      if (holds && url !== '/probe') held.push(response)
      else answer(response)
    })
    const dispatcher = createDispatcher(use, { maxConnections: 3 })
    const origins = [server.origin]
    const upstream = createUpstream({ name: 'things', origins, schema: Type.Object({}), timeoutMs: 30_000, dispatcher })
    const calls = Array.from({ length: 30 }, (_, call) => upstream.get(`/${call}`, forwardHeaders([])))
    await expect.poll(() => held.length).toBe(3)
    // A fourth connection would have been opened before this one, and so be served before it.
    await ask(server.origin, '/probe')
    expect(held).toHaveLength(3)
    holds = false
    held.forEach(answer)
    expect((await Promise.all(calls)).filter(({ ok }) => ok)).toHaveLength(30)
    await dispatcher.close()
  }
)

test('several origins are asked in turn', async () => {
  await using one = await startTinyServer(respond(200, {}))
  await using two = await startTinyServer(respond(200, {}))
  await using three = await startTinyServer(respond(200, {}))
  const servers = [one, two, three]
  await askTimes(
    7,
    'per-request',
    servers.map(({ origin }) => origin)
  )
  expect(servers.map(({ seen }) => seen.map(({ url }) => url))).toEqual([
    ['/0', '/3', '/6'],
    ['/1', '/4'],
    ['/2', '/5']
  ])
})
