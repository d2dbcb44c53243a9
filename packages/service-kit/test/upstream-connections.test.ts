import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createDispatcher, createUpstream, type ConnectionUse } from '../src/index.ts'
import { respond, startTinyServer } from './support/index.ts'

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
