import { afterAll, expect, test } from 'vitest'
import { createServer, type App } from '../src/index.ts'
import { ask, askRaw, startApp, type CollectedLog } from './support/index.ts'

function build(stream: CollectedLog['stream']): App {
  return createServer({ name: 't', title: 't', description: '', version: 'v1', log: { level: 'info', stream } }).app
}

const server = await startApp(build)
afterAll(() => server[Symbol.asyncDispose]())

const malformed = '{"error":"this is not a well-formed HTTP request"}'
const tooLong = '{"error":"the request line and headers are larger than 16 KiB"}'

const cases: [what: string, bytes: string, status: number, body: string][] = [
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
  ['a header of 20,000 bytes', `GET /livez HTTP/1.1\r\nHost: t\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431, tooLong],
  ['a path of 20,000 bytes', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: t\r\n\r\n`, 431, tooLong],
  ['thousands of headers', `GET /livez HTTP/1.1\r\nHost: t\r\n${'X: 1\r\n'.repeat(4000)}\r\n`, 431, tooLong]
]

test.each(cases)('answers %s and goes on', async (_what, bytes, status, body) => {
  const answer = await askRaw(server.origin, bytes)
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body })
  expect(answer.head).toContain('Content-Type: application/json')
  expect(await ask(server.origin, '/livez')).toEqual({ status: 200, type: 'application/json', body: { status: 'ok' } })
})

test('answers 400 without a Host header in HTTP/1.1, and serves HTTP/1.0 without one', async () => {
  expect((await askRaw(server.origin, 'GET /livez HTTP/1.1\r\n\r\n')).status).toBe(400)
  expect(await askRaw(server.origin, 'GET /livez HTTP/1.0\r\n\r\n')).toMatchObject({
    status: 200,
    body: '{"status":"ok"}'
  })
})

test('takes the path out of an absolute URL, as a proxy sends it', async () => {
  const answer = await askRaw(server.origin, 'GET http://example.com/livez HTTP/1.1\r\nHost: t\r\n\r\n')
  expect(answer).toMatchObject({ status: 200, body: '{"status":"ok"}' })
})

test('closes a connection that asks to become a tunnel', async () => {
  expect((await askRaw(server.origin, 'CONNECT example.com:443 HTTP/1.1\r\nHost: t\r\n\r\n')).status).toBeUndefined()
  expect(await ask(server.origin, '/livez')).toEqual({ status: 200, type: 'application/json', body: { status: 'ok' } })
})

test('answers two requests that come at once, in order', async () => {
  const one = 'GET /livez HTTP/1.1\r\nHost: t\r\n\r\n'
  expect(await askRaw(server.origin, `GET /nope HTTP/1.1\r\nHost: t\r\n\r\n${one}`)).toMatchObject({ status: 404 })
})

test('gives a request half a minute to arrive, and keeps connections for longer than proxies do', () => {
  const { requestTimeout, keepAliveTimeout } = server.app.server
  expect({ requestTimeout, keepAliveTimeout }).toEqual({ requestTimeout: 30_000, keepAliveTimeout: 75_000 })
})
