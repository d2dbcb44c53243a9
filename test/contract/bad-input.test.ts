import { once } from 'node:events'
import { afterAll, describe, expect, test } from 'vitest'
import { ask, askRaw, connectTo, json, message, startSuite } from '../support/index.ts'

const suite = await startSuite()
afterAll(() => suite[Symbol.asyncDispose]())

/** All services, with the kibibytes of headers that each reads: those behind productpage read what their callers may add. */
const services = [
  { name: 'productpage', origin: suite.productpage, headerKib: 60 },
  { name: 'details', origin: suite.details, headerKib: 64 },
  { name: 'ratings', origin: suite.ratings, headerKib: 68 },
  { name: 'reviews v1', origin: suite.reviews.v1, headerKib: 64 },
  { name: 'reviews v2', origin: suite.reviews.v2, headerKib: 64 },
  { name: 'reviews v3', origin: suite.reviews.v3, headerKib: 64 }
]

/** It is posted before the bad input, and must be there after each case. */
const kept = json(200, { id: 777, ratings: { Reviewer1: 1, Reviewer2: 2 } })
await ask(suite.ratings, '/ratings/777', { method: 'POST', body: '{"Reviewer1":1,"Reviewer2":2}' })

async function expectNothingLost(): Promise<void> {
  for (const { origin } of services) expect(await ask(origin, '/livez')).toEqual(json(200, { status: 'ok' }))
  expect(await ask(suite.ratings, '/ratings/777')).toEqual(kept)
  expect(suite.errors).toEqual([])
}

const malformed = 'this is not a well-formed HTTP request'
const tooLong = 'the request line and headers are larger than %s KiB'
const get = (path: string, ...headers: string[]) => message(`GET ${path}`, { headers })
const post = (...headers: string[]) => ['POST /health HTTP/1.1', 'Host: t', ...headers, '', 'abc'].join('\r\n')

/** Bad input, and the status and the error that answer it. The tests of service-kit have further cases. */
const cases: [what: string, bytes: string, status: number, error: string][] = [
  ['one word', 'GARBAGE\r\n\r\n', 400, malformed],
  ['null bytes', '\0\0\0\0\0\0\0\0\r\n\r\n', 400, malformed],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, malformed],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, malformed],
  ['a null byte in the path', get('/hea\0lth'), 400, malformed],
  ['raw bytes in the path', get('/\u00e9\u00ff'), 400, malformed],
  ['a blank in a header name', get('/health', 'X y: 1'), 400, malformed],
  ['two lengths', post('Content-Length: 2', 'Content-Length: 3'), 400, malformed],
  ['a length and chunks', post('Content-Length: 2', 'Transfer-Encoding: chunked'), 400, malformed],
  ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400, 'a request needs one valid Host header'],
  ['a tunnel', message('CONNECT example.com:443'), 501, 'CONNECT is not supported here'],
  ['a header of 80,000 bytes', get('/health', `X: ${'a'.repeat(80_000)}`), 431, tooLong],
  ['a path of 80,000 bytes', get(`/${'a'.repeat(80_000)}`), 431, tooLong],
  ['fifteen thousand headers', get('/health', ...Array<string>(15_000).fill('X: 1')), 431, tooLong]
]

describe.each(services)('bad input, sent to $name:', ({ origin, headerKib }) => {
  test.each(cases)('%s', async (_what, bytes, status, error) => {
    const answer = await askRaw(origin, bytes)
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toEqual({ error: error.replace('%s', String(headerKib)) })
    await expectNothingLost()
  })

  test('invalid trace headers and an invalid user', async () => {
    const headers = ['traceparent: \xff', 'b3: ,,,', 'X-B3-TraceId: ', 'baggage: ====', 'end-user: \xff']
    expect(await askRaw(origin, get('/health', ...headers))).toMatchObject({ status: 200 })
    await expectNothingLost()
  })

  test('many requests at once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => askRaw(origin, 'GARBAGE\r\n\r\n')))
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(400))
    await expectNothingLost()
  })

  test('connections that break off at any byte', async () => {
    const whole = message('POST /health', { body: '{"a":1}' })
    const closed = await Promise.all(
      Array.from(whole, async (_, length) => {
        const socket = connectTo(origin)
        await once(socket, 'connect')
        socket.end(whole.slice(0, length))
        socket.resume()
        await once(socket, 'close')
        return 'closed'
      })
    )
    expect(new Set(closed)).toEqual(new Set(['closed']))
    await expectNothingLost()
  })
})
