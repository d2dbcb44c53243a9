import { forwardedHeaderNames, forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import { afterAll, describe, expect, test } from 'vitest'
import { createDispatcher, createUpstream } from '../src/index.ts'
import { respond, startTinyServer, type SeenRequest } from './support/index.ts'

const dispatcher = createDispatcher('per-request')
afterAll(() => dispatcher.close())

const sent = forwardedHeaderNames.map((name): [string, string] => [name, `the ${name}`])
const credentials = ['cookie', 'authorization', 'jwt', 'end-user']

function askOrigin(origin: string) {
  const options = {
    name: 'things',
    origins: [origin],
    schema: Type.Object({ id: Type.Integer() }),
    timeoutMs: 30_000,
    dispatcher
  }
  return createUpstream(options).get('/from', forwardHeaders(sent.flat()))
}

/** The headers that came with a request, without those that belong to the connection. */
function arrived(request: SeenRequest | undefined): [string, string][] {
  return (request?.headers ?? []).filter(([name]) => !['host', 'connection', 'accept'].includes(name))
}

const found = respond(200, { id: 7 })
const to = (location: string, status = 302) => respond(status, '', { location })

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('with status %i is followed', async (status) => {
    await using server = await startTinyServer((request, response) =>
      (request.url === '/to' ? found : to('/to', status))(request, response)
    )
    expect(await askOrigin(server.origin)).toMatchObject({ ok: true, value: { id: 7 } })
    expect(server.seen.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/from'],
      ['GET', '/to']
    ])
  })

  test('within the origin takes every header along', async () => {
    await using server = await startTinyServer((request, response) =>
      (request.url === '/to' ? found : to('/to'))(request, response)
    )
    await askOrigin(server.origin)
    expect(arrived(server.seen[1])).toEqual(sent)
  })

  test.each([301, 302, 303, 307, 308])(
    'to another origin, with status %i, leaves behind what proves who the reader is',
    async (status) => {
      await using outside = await startTinyServer(found)
      await using server = await startTinyServer(to(`${outside.origin}/to`, status))
      expect(await askOrigin(server.origin)).toMatchObject({ ok: true, value: { id: 7 } })
      expect(arrived(outside.seen[0])).toEqual(sent.filter(([name]) => !credentials.includes(name)))
    }
  )

  test('to another origin and back does not bring it back', async () => {
    await using outside = await startTinyServer((_request, response) => to(`${server.origin}/to`)(_request, response))
    await using server = await startTinyServer((request, response) =>
      (request.url === '/to' ? found : to(`${outside.origin}/`))(request, response)
    )
    expect(await askOrigin(server.origin)).toMatchObject({ ok: true })
    expect(arrived(server.seen[1]).filter(([name]) => credentials.includes(name))).toEqual([])
  })

  test('after redirect is followed five times', async () => {
    await using server = await startTinyServer((request, response) => to(`${request.url}x`)(request, response))
    expect(await askOrigin(server.origin)).toEqual({ ok: false, kind: 'refused', status: 302, reason: 'status 302' })
    expect(server.seen.length).toBe(6)
  })

  test('to itself is a failure at once', async () => {
    await using server = await startTinyServer(to('/from'))
    expect(await askOrigin(server.origin)).toMatchObject({ ok: false, kind: 'unreachable', status: undefined })
    expect(server.seen.length).toBe(1)
  })

  test('without an address is the answer itself', async () => {
    await using server = await startTinyServer(respond(301))
    expect(await askOrigin(server.origin)).toEqual({ ok: false, kind: 'refused', status: 301, reason: 'status 301' })
  })

  test.each(['http://', 'ftp://127.0.0.1/', 'javascript:alert(1)', 'http://127.0.0.1:99999/', 'file:///etc/passwd'])(
    'to %s is a failure and no more',
    async (location) => {
      await using server = await startTinyServer(to(location))
      expect(await askOrigin(server.origin)).toMatchObject({ ok: false })
    }
  )
})
