import { forwardHeaders } from '@bookinfo/tracing'
import { Type } from 'typebox'
import type { RequestListener } from 'node:http'
import { afterAll, describe, expect, test } from 'vitest'
import { createDispatcher, createUpstream, type UpstreamResult } from '../src/index.ts'
import { hang, refusingPort, respond, startTinyServer } from './support/index.ts'

const Thing = Type.Object({ id: Type.Integer() })
const dispatcher = createDispatcher('per-request')
afterAll(() => dispatcher.close())

/** Long enough for everything that is meant to succeed, and never waited for. */
const LONG_MS = 30_000
const SHORT_MS = 150

async function askUpstream(handler: RequestListener, timeoutMs = LONG_MS): Promise<UpstreamResult<{ id: number }>> {
  await using server = await startTinyServer(handler)
  return await askOrigin(server.origin, timeoutMs)
}

function askOrigin(origin: string, timeoutMs = LONG_MS): Promise<UpstreamResult<{ id: number }>> {
  return createUpstream({ name: 'things', origins: [origin], schema: Thing, timeoutMs, dispatcher }).get(
    '/things/7',
    forwardHeaders([])
  )
}

const refused = (status: number) => ({ ok: false, kind: 'refused', status, reason: `status ${status}` })
const malformed = { ok: false, kind: 'malformed', status: undefined, reason: 'not the JSON that the contract asks for' }
const unreachable = (reason: unknown) => ({ ok: false, kind: 'unreachable', status: undefined, reason })
const tooLate = {
  ok: false,
  kind: 'timeout',
  status: undefined,
  reason: `no complete answer within ${SHORT_MS} ms`
}

/** One byte at a time: each arrives in time, the whole never does. */
const drip: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  const timer = setInterval(() => response.write(' '), 10)
  response.once('close', () => clearInterval(timer))
}

describe('a good answer', () => {
  test('is returned as value and text, with the version of the service', async () => {
    const text = '{ "id": 7, "more": [1, 2] }'
    expect(await askUpstream(respond(200, text, { 'x-service-version': 'v2' }))).toEqual({
      ok: true,
      value: { id: 7, more: [1, 2] },
      text,
      version: 'v2',
      serverTiming: undefined
    })
  })

  test('may lack the version and the content type', async () => {
    expect(await askUpstream((_request, response) => response.end('{"id":7}'))).toEqual({
      ok: true,
      value: { id: 7 },
      text: '{"id":7}',
      version: undefined,
      serverTiming: undefined
    })
  })

  test('is asked for with GET, as JSON, and without a body', async () => {
    await using server = await startTinyServer(respond(200, { id: 7 }))
    await askOrigin(server.origin)
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/things/7' }])
    expect(server.seen[0]?.headers).toEqual([
      ['host', `127.0.0.1:${server.port}`],
      ['connection', 'close'],
      ['accept', 'application/json']
    ])
  })
})

describe('an answer with an error status', () => {
  test.each([201, 202, 204, 206, 304, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504, 555])(
    'is a failure with the status %i',
    async (status) => {
      expect(await askUpstream(respond(status, status === 204 || status === 304 ? '' : { id: 7 }))).toEqual(
        refused(status)
      )
    }
  )

  test('is not waited for to its end', async () => {
    expect(
      await askUpstream((_request, response) => {
        response.writeHead(503, { 'content-length': '1000' })
        response.write('x')
      })
    ).toEqual(refused(503))
  })
})

describe('an answer that does not match its schema', () => {
  test.each([
    ['empty', ''],
    ['HTML', '<!doctype html><title>Service Unavailable</title>'],
    ['JSON that breaks off', '{"id":'],
    ['two values', '{"id":7}{"id":8}'],
    ['a byte order mark and then JSON', '\ufeff{"id":7'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '5'],
    ['an object without the field', '{}'],
    ['a field of another type', '{"id":"7"}'],
    ['a number that is not whole', '{"id":7.5}'],
    ['JSON nested a hundred thousand levels deep', '['.repeat(100_000)],
    ['bytes that are not UTF-8', '\u00ff\u00fe\0\0'],
    ['a prototype', '{"__proto__":{"id":7}}']
  ])('is a failure: %s', async (_what, text) => {
    expect(await askUpstream(respond(200, text))).toEqual(malformed)
  })

  test('is a failure: unrequested gzip', async () => {
    const gzip = respond(200, '\u001f\u008b\b\0', { 'content-encoding': 'gzip' })
    expect(await askUpstream(gzip)).toEqual(malformed)
  })

  /** A good answer of so many bytes. */
  const ofLength = (bytes: number) => JSON.stringify({ id: 7, padding: 'x'.repeat(bytes - 21) })

  test('is not read beyond 256 KiB, whether it says its length or not', async () => {
    const large = ofLength(262_145)
    const chunked: RequestListener = (_request, response) => {
      response.write(large.slice(0, 200_000))
      response.end(large.slice(200_000))
    }
    const tooLarge = unreachable(expect.stringContaining('UND_ERR_RES_EXCEEDED_MAX_SIZE'))
    expect(await askUpstream(respond(200, large))).toEqual(tooLarge)
    expect(await askUpstream(chunked)).toEqual(tooLarge)
  })

  test('may be as long as that', async () => {
    expect(await askUpstream(respond(200, ofLength(262_144)))).toMatchObject({ ok: true })
  })
})

describe('a call without a complete answer fails', () => {
  test('because the port is closed', async () => {
    const port = await refusingPort()
    expect(await askOrigin(`http://127.0.0.1:${port}`)).toEqual(
      unreachable(`ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:${port}`)
    )
  })

  test('because no byte arrives in time', async () => {
    expect(await askUpstream(hang, SHORT_MS)).toEqual(tooLate)
  })

  test('because the head comes in time and the body does not', async () => {
    expect(await askUpstream((_request, response) => response.writeHead(200).flushHeaders(), SHORT_MS)).toEqual(tooLate)
  })

  test('because the bytes arrive too slowly', async () => {
    expect(await askUpstream(drip, SHORT_MS)).toEqual(tooLate)
  })

  test('because the connection breaks before the head', async () => {
    expect(await askUpstream(({ socket }) => socket.destroy())).toEqual(
      unreachable('UND_ERR_SOCKET: other side closed')
    )
  })

  test('because the connection breaks in the body', async () => {
    const breakOff: RequestListener = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"id"', () => socket.destroy())
    }
    expect(await askUpstream(breakOff)).toEqual(unreachable(expect.stringContaining('UND_ERR')))
  })

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Length: 9\r\n\r\n{"id":7}'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['a null byte in a header', 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 8\r\n\r\n{"id":7}'],
    ['a head of 100 KB', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`]
  ])('because it is malformed: %s', async (_what, bytes) => {
    expect(await askUpstream(({ socket }) => socket.end(bytes))).toEqual(unreachable(expect.any(String)))
  })
})
