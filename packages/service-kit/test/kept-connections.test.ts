import { setImmediate as turn } from 'node:timers/promises'
import { forwardHeaders } from '@bookinfo/tracing'
import { describe, expect, test } from 'vitest'
import { createDispatcher } from '../src/index.ts'
import { respond, startTinyServer } from './support/index.ts'
import { thingsOf } from './support/things.ts'

/** Waits until undici uses a connection again: one round of the event loop after the last answer. */
async function connectionFree() {
  await turn()
  await turn()
}

const json = { 'content-type': 'application/json' }

/** Starts a server that closes a kept connection at its second request, before a byte of the answer. */
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
  ] as const)('does not fail a call of %s, which is sent again on a new connection (%s)', async (method, end) => {
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
    '%s: a POST, which must not be sent twice, uses another connection',
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

  test('a call on a new connection is not sent again', async () => {
    await using server = await startTinyServer(({ socket }) => socket.destroy())
    const dispatcher = createDispatcher('keep-alive')
    const result = await thingsOf(server.origin, dispatcher).get('/0', forwardHeaders([]))
    expect(result).toMatchObject({ ok: false, kind: 'unreachable' })
    expect(server.seen).toHaveLength(1)
    await dispatcher.close()
  })
})
