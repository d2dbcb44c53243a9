import type { ServerResponse } from 'node:http'
import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createDispatcher, createUpstream, type ConnectionUse } from '../src/index.ts'
import { ask, respond, startTinyServer } from './support/index.ts'

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
