import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import type { Dispatcher } from 'undici'
import { describe, expect, test } from 'vitest'
import { createDispatcher, createUpstream, type ConnectionUse } from '../src/index.ts'
import { ask, respond, startTinyServer } from './support/index.ts'

/** undici uses a connection again only in the turn of the event loop after the last answer's. */
async function connectionFree() {
  await turn()
  await turn()
}

const json = { 'content-type': 'application/json' }

function thingsOf(origin: string, dispatcher: Dispatcher) {
  return createUpstream({ name: 'things', origins: [origin], schema: Type.Object({}), timeoutMs: 30_000, dispatcher })
}

async function askTimes(count: number, connections: ConnectionUse, origins: string[]): Promise<void> {
  const dispatcher = createDispatcher(connections)
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

test.each(['per-request', 'keep-alive'] as const)('%s opens no more connections at once than it may', async (use) => {
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
})

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

  test('fails a POST, which may have been done', async () => {
    await using server = await startForgetful()
    const dispatcher = createDispatcher('keep-alive')
    const things = thingsOf(server.origin, dispatcher)
    await things.get('/0', forwardHeaders([]))
    await connectionFree()
    expect(await things.post('/1', {}, forwardHeaders([]))).toMatchObject({ ok: false, kind: 'unreachable' })
    expect(server.seen).toHaveLength(2)
    await dispatcher.close()
  })

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
    '100 with a header': ['HTTP/1.1 100 Continue\r\nx: y\r\n\r\n'],
    '103': ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    '100 and 103': ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n']
  }
  const uses = ['per-request', 'keep-alive'] as const

  test.each(Object.entries(interims).flatMap(([name, parts]) => uses.map((use) => [name, use, parts] as const)))(
    '%s, %s',
    async (_name, use, parts) => {
      const server = createServer((socket) =>
        // In one packet with the answer for the first call, and in packets of their own for the second.
        socket.setNoDelay().on('data', (request) => {
          if (request.toString().includes('/0 ')) socket.write([...parts, good].join(''))
          else for (const part of [...parts, good]) setImmediate(() => socket.write(part))
        })
      )
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : 0
      const dispatcher = createDispatcher(use)
      const things = thingsOf(`http://127.0.0.1:${port}`, dispatcher)
      for (const path of ['/0', '/1']) expect(await things.get(path, forwardHeaders([]))).toMatchObject({ ok: true })
      await dispatcher.destroy()
      server.close()
    }
  )
})
