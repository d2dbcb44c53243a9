import { afterAll, describe, expect, test } from 'vitest'
import { appWith } from './support/app-with.ts'
import { ask, askRaw, startApp } from './support/index.ts'

const build = appWith(async (routes) => {
  routes.get('/things/:id', async ({ headers, params }) => ({ host: headers.host, params }))
  routes.post('/things', async ({ body }) => ({ body: String(body) }))
})

const server = await startApp(build)
afterAll(() => server[Symbol.asyncDispose]())

const malformed = 'this is not a well-formed HTTP request'
const tooLong = 'the request line and headers are larger than 60 KiB'
const badHost = 'a request needs one valid Host header'
const badTarget = 'the request target is neither a path nor a URL'
const badPath = 'the path is not valid percent-encoding'
const get = (...lines: string[]): string => ['GET /things/7 HTTP/1.1', ...lines, '', ''].join('\r\n')

const cases: [what: string, bytes: string, status: number, error: string][] = [
  ['one word', 'GARBAGE\r\n\r\n', 400, malformed],
  ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, malformed],
  ['null bytes', '\0\0\0\0\r\n\r\n', 400, malformed],
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 400, malformed],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, malformed],
  ['a version of HTTP that is none', 'GET /livez HTTP/9.9\r\nHost: t\r\n\r\n', 400, malformed],
  ['a method that is none', 'FOO /livez HTTP/1.1\r\nHost: t\r\n\r\n', 400, malformed],
  ['a null byte in the path', 'GET /liv\0ez HTTP/1.1\r\nHost: t\r\n\r\n', 400, malformed],
  ['a blank in the path', 'GET /liv ez HTTP/1.1\r\nHost: t\r\n\r\n', 400, malformed],
  ['a null byte in a header', 'GET /livez HTTP/1.1\r\nHost: t\r\nX: a\0b\r\n\r\n', 400, malformed],
  ['a header without a colon', 'GET /livez HTTP/1.1\r\nHost t\r\n\r\n', 400, malformed],
  ['a blank in a header name', 'GET /livez HTTP/1.1\r\nHost: t\r\nX y: 1\r\n\r\n', 400, malformed],
  ['a folded header', 'GET /livez HTTP/1.1\r\nHost: t\r\nX: a\r\n b\r\n\r\n', 400, malformed],
  ['a header of 70,000 bytes', `GET /livez HTTP/1.1\r\nHost: t\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`, 431, tooLong],
  ['a path of 70,000 bytes', `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: t\r\n\r\n`, 431, tooLong],
  ['thousands of headers', `GET /livez HTTP/1.1\r\nHost: t\r\n${'X: 1\r\n'.repeat(14_000)}\r\n`, 431, tooLong],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: t\r\n\r\n', 501, 'CONNECT is not supported here'],
  ['no host', get(), 400, badHost],
  ['two hosts', get('Host: a', 'host: b'), 400, badHost],
  ['the same host twice', get('Host: a', 'Host: a'), 400, badHost],
  ['hosts with a comma between', get('Host: a, b'), 400, badHost],
  ['a host with a path', get('Host: a/b'), 400, badHost],
  ['a host with a user', get('Host: u@a'), 400, badHost],
  ['a host with a port that is none', get('Host: a:x'), 400, badHost],
  ['an expectation', get('Host: a', 'Expect: foo'), 417, 'only 100-continue can be expected here'],
  ['bad percent-encoding', 'GET /things/%zz HTTP/1.1\r\nHost: t\r\n\r\n', 400, badPath],
  ['half a character', 'GET /things/%c3 HTTP/1.1\r\nHost: t\r\n\r\n', 400, badPath],
  ['GET *', 'GET * HTTP/1.1\r\nHost: t\r\n\r\n', 400, badTarget],
  ['POST *', 'POST * HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n', 400, badTarget],
  ['another scheme', 'GET ftp://a.example/x HTTP/1.1\r\nHost: t\r\n\r\n', 400, badTarget],
  ['a URL with a user', 'GET http://u@a.example/x HTTP/1.1\r\nHost: t\r\n\r\n', 400, badTarget],
  [
    'a compressed transfer',
    'POST /things HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    501,
    'the only transfer coding here is chunked'
  ]
]

/** How many requests with a status are in the metrics, and in the log. */
async function count(status: number): Promise<[measured: number, logged: number]> {
  const { body } = await ask(server.origin, '/metrics')
  const series = String(body).matchAll(
    /^http_server_request_duration_seconds_count\{.*status_code="(\d+)".*\} (\d+)$/gm
  )
  const measured = [...series].filter(([, of]) => of === String(status)).map(([, , number]) => Number(number))
  const logged = server.log.lines.filter((line) => line['status'] === status)
  return [measured.reduce((sum, number) => sum + number, 0), logged.length]
}

describe('a malformed request is answered, counted and logged:', () => {
  test.each(cases)('%s', async (_what, bytes, status, error) => {
    const [measured, logged] = await count(status)
    const { head, ...answer } = await askRaw(server.origin, bytes)
    expect(answer).toEqual({ status, body: JSON.stringify({ error }) })
    expect(head).toMatch(/^content-type: application\/json\r?$/im)
    expect(head).toMatch(/^x-service-version: v1\r?$/im)
    expect(await count(status)).toEqual([measured + 1, logged + 1])
  })

  test('a body whose chunks are broken', async () => {
    const before = await count(400)
    const bytes = 'POST /things HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n'
    expect(await askRaw(server.origin, bytes)).toMatchObject({ status: 400, body: `{"error":"${malformed}"}` })
    await expect.poll(() => server.log.lines.filter(({ error }) => error === 'refused').length).toBe(1)
    expect(await count(400)).toEqual(before)
  })
})

describe('a request target may be', () => {
  test.each([
    ['a URL, whose host counts', 'GET http://a.example:80/things/7?x HTTP/1.1\r\nHost: b\r\n\r\n', 'a.example:80'],
    ['a URL in capitals', 'GET HTTPS://a.example/things/7 HTTP/1.1\r\nHost: b\r\n\r\n', 'a.example'],
    ['a path, with an empty host', 'GET /things/7 HTTP/1.1\r\nHost:\r\n\r\n', ''],
    ['a path', 'GET /things/7 HTTP/1.1\r\nhost: [::1]:9080\r\n\r\n', '[::1]:9080']
  ])('%s', async (_what, bytes, host) => {
    const { status, body } = await askRaw(server.origin, bytes)
    expect([status, JSON.parse(body)]).toEqual([200, { host, params: { id: '7' } }])
  })

  test('the asterisk, for OPTIONS alone', async () => {
    expect((await askRaw(server.origin, 'OPTIONS * HTTP/1.1\r\nHost: t\r\n\r\n')).status).toBe(200)
  })
})

test('HTTP/1.0 needs no Host, and 100-continue may be expected', async () => {
  expect((await askRaw(server.origin, 'GET /livez HTTP/1.0\r\n\r\n')).status).toBe(200)
  const bytes = 'POST /things HTTP/1.1\r\nHost: t\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nhi'
  expect(await askRaw(server.origin, bytes)).toMatchObject({ status: 200, body: '{"body":"hi"}' })
})

test('headers of 59 KiB are read', async () => {
  const bytes = `GET /livez HTTP/1.1\r\nHost: t\r\nCookie: ${'a'.repeat(59 * 1024)}\r\n\r\n`
  expect((await askRaw(server.origin, bytes)).status).toBe(200)
})

test('a service that is called reads the headers that its caller adds', async () => {
  await using inner = await startApp(appWith(async () => {}, { hops: 1, settings: { MAX_HEADER_KIB: 8 } }))
  const bytes = (kib: number) => `GET /livez HTTP/1.1\r\nHost: t\r\nCookie: ${'a'.repeat(kib * 1024)}\r\n\r\n`
  expect((await askRaw(inner.origin, bytes(11))).status).toBe(200)
  const { status, body } = await askRaw(inner.origin, bytes(13))
  expect([status, JSON.parse(body)]).toEqual([431, { error: tooLong.replace('60', '12') }])
})

test('answers two requests that come at once, in order', async () => {
  const one = 'GET /livez HTTP/1.1\r\nHost: t\r\n\r\n'
  expect(await askRaw(server.origin, `GET /nope HTTP/1.1\r\nHost: t\r\n\r\n${one}`)).toMatchObject({ status: 404 })
})

test('the time limits: 30 s for a request to arrive, 60 s for a stalled connection, over an hour for an idle one', () => {
  const { requestTimeout, timeout, keepAliveTimeout } = server.app.server
  expect({ requestTimeout, timeout }).toEqual({ requestTimeout: 30_000, timeout: 60_000 })
  expect(keepAliveTimeout).toBeGreaterThan(60 * 60_000)
})
