import { afterAll, describe, expect, test } from 'vitest'
import { readBodies } from '../src/index.ts'
import { appWith } from './support/app-with.ts'
import { ask, askRaw, json, startApp } from './support/index.ts'

/** Sixteen bytes are enough on one route; the other has the limit that every route has. */
const build = appWith(async (routes) => {
  readBodies(routes, (bytes) => bytes.toString('latin1'))
  routes.post('/echo', { bodyLimit: 16 }, async ({ body }) => ({ body }))
  routes.post('/length', async ({ body }) => ({ length: String(body).length }))
  routes.get('/alive', async () => ({ alive: true }))
})

const server = await startApp(build)
afterAll(() => server[Symbol.asyncDispose]())

const tooLarge = (limit: number) => json(413, { error: `the request body is larger than ${limit} bytes` })
const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  ask(server.origin, path, { method: 'POST', body, headers })
const MEGABYTE = 'a'.repeat(1_000_000)

describe('a body within its limit', () => {
  test.each([
    ['application/json', '{"a":1}'],
    ['application/x-www-form-urlencoded', '{"a":1}'],
    ['text/plain; charset=utf-16', 'text'],
    ['multipart/form-data; boundary=b', '--b--'],
    ['image/png', 'png'],
    // No content types at all, for which Fastify has an answer of its own.
    ['json', '{"a":1}'],
    ['', 'text'],
    [';;;', 'text'],
    ['a/b/c; d', 'text']
  ])('is read as bytes although it is called %j', async (type, body) => {
    expect(await post('/echo', body, { 'content-type': type })).toEqual(json(200, { body }))
  })

  test('is read without a content type', async () => {
    expect(await post('/echo', 'text')).toEqual(json(200, { body: 'text' }))
  })

  test('may be empty', async () => {
    expect(await post('/length', '')).toEqual(json(200, { length: String(undefined).length }))
  })

  test('may be as long as the limit', async () => {
    expect(await post('/echo', 'x'.repeat(16))).toEqual(json(200, { body: 'x'.repeat(16) }))
    expect(await post('/length', 'x'.repeat(16_384))).toEqual(json(200, { length: 16_384 }))
  })

  test('may come in chunks, cut in the middle of a number', async () => {
    const head = 'POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await askRaw(server.origin, head, '6\r\n{"a":1\r\n', '1\r\n}\r\n', '0\r\n\r\n')
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: '{"body":"{\\"a\\":1}"}' })
  })
})

describe('a body beyond its limit', () => {
  test('is refused when it is one byte too long', async () => {
    expect(await post('/echo', 'x'.repeat(17))).toEqual(tooLarge(16))
    expect(await post('/length', 'x'.repeat(16_385))).toEqual(tooLarge(16_384))
  })

  test('still gets its answer when it is a megabyte', async () => {
    expect(await post('/length', MEGABYTE)).toEqual(tooLarge(16_384))
  })

  test('still gets its answer over a bare socket, which sends all before it reads', async () => {
    const head = `POST /length HTTP/1.1\r\nHost: t\r\nContent-Length: ${MEGABYTE.length}\r\n\r\n`
    const answer = await askRaw(server.origin, head + MEGABYTE)
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
      status: 413,
      body: tooLarge(16_384).body
    })
  })

  test('still gets its answer in chunks of unknown number', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`
    const head = 'POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n'
    const answer = await askRaw(server.origin, head, ...Array<string>(16).fill(chunk), '0\r\n\r\n')
    expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
      status: 413,
      body: tooLarge(16_384).body
    })
  })

  test('without end costs the sender the connection and the process nothing', async () => {
    const head = 'POST /length HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n'
    await askRaw(server.origin, head, ...Array<string>(80).fill(`10000\r\n${'a'.repeat(0x10000)}\r\n`))
    expect(await ask(server.origin, '/alive')).toEqual(json(200, { alive: true }))
  })
})

describe('a body that breaks off or breaks the rules', () => {
  test.each([
    ['a length that is no number', 'Content-Length: x\r\n\r\nab'],
    ['a negative length', 'Content-Length: -1\r\n\r\nab'],
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunk whose size is no number', 'Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n'],
    ['a chunk longer than it says', 'Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n'],
    ['a chunk of a size beyond counting', 'Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n'],
    ['an unknown coding', 'Transfer-Encoding: gzip\r\n\r\nab']
  ])('answers 400 to %s', async (_what, rest) => {
    const answer = await askRaw(server.origin, `POST /length HTTP/1.1\r\nHost: t\r\n${rest}`)
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: '{"error":"this is not a well-formed HTTP request"}'
    })
  })
})
