import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, createServer as createTcpServer, type Server } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import { describe, expect, test } from 'vitest'
import { createDispatcher, createUpstream, type ConnectionUse, type HttpClient } from '../src/index.ts'
import { ask, respond, startTinyServer } from './support/index.ts'

/** undici uses a connection again only in the turn of the event loop after the last answer's. */
async function connectionFree() {
  await turn()
  await turn()
}

const json = { 'content-type': 'application/json' }

function thingsOf(origin: string, dispatcher: HttpClient) {
  return createUpstream({ name: 'things', origins: [origin], schema: Type.Object({}), timeoutMs: 30_000, dispatcher })
}

async function askTimes(count: number, connections: ConnectionUse, origins: string[]): Promise<void> {
  // Longer than any call takes on a busy machine.
  const dispatcher = createDispatcher(connections, { idleMs: 30_000 })
  const upstream = createUpstream({ name: 'things', origins, schema: Type.Object({}), timeoutMs: 30_000, dispatcher })
  for (let i = 0; i < count; i += 1) expect(await upstream.get(`/${i}`, forwardHeaders([]))).toMatchObject({ ok: true })
  await dispatcher.close()
}

async function originOf(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
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
  test('takes eight connections in turn, each for 32 calls', async () => {
    await using server = await startTinyServer(respond(200, {}))
    await askTimes(512, 'renewed', [server.origin])
    const ports = server.seen.map(({ remotePort }) => remotePort)
    expect(new Set(ports.slice(0, 8)).size).toBe(8)
    for (let call = 8; call < 256; call += 8) expect(ports.slice(call, call + 8)).toEqual(ports.slice(0, 8))
    expect(new Set(ports).size).toBe(16)
    const closing = server.seen.filter(({ headers }) => new Map(headers).get('connection') === 'close')
    expect(closing).toHaveLength(16)
  })

  test('leaves connections that were not used for a quarter of a second', async () => {
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

  test('meets the pods behind a balancer that chooses for each connection as often as new connections do', async () => {
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
    await askTimes(32 * 24, 'renewed', [await originOf(balancer)])
    expect(pods.map(({ seen }) => seen.length)).toEqual([256, 256, 256])
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

/** A server that drops a kept connection when the next request comes on it, before a byte of the answer. */
async function startForgetful() {
  const used = new Set<number | undefined>()
  return startTinyServer((request, response) => {
    const { socket } = request
    if (used.has(socket.remotePort)) return socket.destroy()
    used.add(socket.remotePort)
    return respond(200, {})(request, response)
  })
}

describe('a kept connection that the server has closed', () => {
  test.each([
    ['get', 'destroy'],
    ['get', 'resetAndDestroy'],
    ['options', 'destroy']
  ] as const)('is no failure of %s: it is sent again on a fresh one (%s)', async (method, end) => {
    await using server = await startTinyServer(respond(200, {}))
    const dispatcher = createDispatcher('keep-alive')
    const things = thingsOf(server.origin, dispatcher)
    await things.get('/0', forwardHeaders([]))
    await connectionFree()
    const kept = server.seen[0]?.remotePort
    server.answerWith(({ socket }, response) =>
      socket.remotePort === kept ? socket[end]() : void response.writeHead(200, { ...json, allow: 'GET' }).end('{}')
    )
    expect(await things[method]('/1', forwardHeaders([]))).toMatchObject({ ok: true })
    expect(server.seen.map(({ url, remotePort }) => [url, remotePort === kept])).toEqual([
      ['/0', true],
      ['/1', true],
      ['/1', false]
    ])
    await dispatcher.close()
  })

  test.each(['renewed', 'keep-alive'] as const)(
    '%s: a POST, which must not be sent twice, does not take it',
    async (use) => {
      await using server = await startForgetful()
      const dispatcher = createDispatcher(use)
      const things = thingsOf(server.origin, dispatcher)
      await things.get('/0', forwardHeaders([]))
      await connectionFree()
      expect(await things.post('/1', {}, forwardHeaders([]))).toMatchObject({ ok: true })
      expect(new Set(server.seen.map(({ remotePort }) => remotePort)).size).toBe(2)
      await dispatcher.close()
    }
  )

  test('is told from a fresh one, which is not tried again', async () => {
    await using server = await startTinyServer(({ socket }) => socket.destroy())
    const dispatcher = createDispatcher('keep-alive')
    const result = await thingsOf(server.origin, dispatcher).get('/0', forwardHeaders([]))
    expect(result).toMatchObject({ ok: false, kind: 'unreachable' })
    expect(server.seen).toHaveLength(1)
    await dispatcher.close()
  })
})

describe('interim answers before a good one are no failure:', () => {
  const good = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'
  const interims = {
    '100': ['HTTP/1.1 100 Continue\r\n\r\n'],
    '100 without a phrase': ['HTTP/1.1 100\r\n\r\n'],
    '100 with a header': ['HTTP/1.1 100 Continue\r\nx: y\r\n\r\n'],
    '100 in pieces': ['HTT', 'P/1.1 ', '1', '00 Continue\r', '\nx: y\r\n\r', '\n'],
    '103': ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    '100 and 103': ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    '103 and 100': ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n']
  }
  const uses = ['renewed', 'per-request', 'keep-alive'] as const

  test.each(Object.entries(interims).flatMap(([name, parts]) => uses.map((use) => [name, use, parts] as const)))(
    '%s, %s',
    async (_name, use, parts) => {
      // In one packet with the answer for the first call, in packets of their own for the second, and the last with the
      // beginning of the answer for the third.
      const server = createTcpServer((socket) =>
        socket.setNoDelay().on('data', async (request) => {
          const whole = [...parts, good].join('')
          const inPackets: Record<string, string[]> = {
            '/0': [whole],
            '/1': [...parts, good],
            '/2': [whole.slice(0, -50), whole.slice(-50)]
          }
          for (const packet of inPackets[/(\/[012]) /.exec(request.toString())?.[1] ?? '/0'] ?? []) {
            socket.write(packet)
            await sleep(5)
          }
        })
      )
      const dispatcher = createDispatcher(use)
      const things = thingsOf(await originOf(server), dispatcher)
      for (const path of ['/0', '/1', '/2']) {
        expect(await things.get(path, forwardHeaders([]))).toMatchObject({ ok: true })
      }
      await dispatcher.destroy()
      server.close()
    }
  )
})
