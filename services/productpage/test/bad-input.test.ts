import { randomBytes } from 'node:crypto'
import { text as readText } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { addressOf, ask, askRaw, connectTo, json, message, refusingPort } from '@bookinfo/service-kit/testing'
import { startProductpage } from './support/index.ts'

const nobody = await refusingPort()
const productpage = await startProductpage({ ...addressOf('details', nobody), ...addressOf('reviews', nobody) })
const { origin } = productpage
afterAll(() => productpage[Symbol.asyncDispose]())

async function expectNoHarm(): Promise<void> {
  expect(await ask(origin, '/livez')).toEqual(json(200, { status: 'ok' }))
  expect(productpage.log.errors()).toEqual([])
}

const error = (reason: string) => JSON.stringify({ error: reason })
const badName = error('a user name has 1 to 100 characters and no control characters; please choose another')
const badForm = error('the sign-in form is malformed')
const compressed = error('the request body is compressed: please send it uncompressed')
const larger = error('the request body is larger than 16384 bytes')
const noHost = error('a request needs one valid Host header')
const noEncoding = error('the path is not valid percent-encoding')
const nothing = error('there is no /nothing here')
const THE_PAGE = '<title>Simple Bookstore App</title>'

const GZIP = 'Content-Encoding: gzip'
const PARTS = 'multipart/form-data; boundary=b'
const post = (path: string, body: string, ...headers: string[]) => message(`POST ${path}`, { headers, body })
const get = (path: string, ...headers: string[]) => message(`GET ${path}`, { headers })
const page = (...headers: string[]) => get('/productpage', ...headers)
const session = (text: string) => page(`Cookie: session=${text}`)
const loginAs = (type: string, body: string) => post('/login', body, `Content-Type: ${type}`)
const login = (body: string, ...headers: string[]) =>
  post('/login', body, 'Content-Type: application/x-www-form-urlencoded', ...headers)
const zipped = (text: string) => gzipSync(text).toString('latin1')
const badHost = 'GET /logout HTTP/1.1\r\nHost: ]][[\r\nReferer: http://]][[/x\r\n\r\n'

/** Bad input, and the answer to it: its status and its body, or a part of the body if it is not JSON. */
const cases: Record<string, [what: string, bytes: string, status: number, body: string][]> = {
  'at sign-in': [
    ['a line break in a name', login('username=a%0d%0aX-Injected:%201'), 400, badName],
    ['a name of a thousand letters', login(`username=${'x'.repeat(1000)}`), 400, badName],
    ['the same in the query', post(`/login?username=${'x'.repeat(1000)}`, '', 'Content-Length: 0'), 400, badName],
    ['a megabyte', login(`username=${'x'.repeat(1_000_000)}`), 413, larger],
    ['no body', message('POST /login'), 400, badName],
    ['parts without a boundary', loginAs('multipart/form-data', '--b\r\n'), 400, badForm],
    [
      'parts that break off',
      loginAs(PARTS, '--b\r\nContent-Disposition: form-data; name="username"\r\n'),
      400,
      badForm
    ],
    ['invalid escapes', login('%zz=%&username=%E9%'), 302, ''],
    ['ten thousand fields', login('a=1&'.repeat(4000)), 400, badName],
    ['a compressed form', login(zipped('username=jason'), GZIP), 415, compressed],
    ['ten megabytes, compressed', login(zipped('x'.repeat(10_000_000)), GZIP), 415, compressed],
    ['the content coding identity', login('username=a', 'Content-Encoding: Identity'), 302, '']
  ],
  'at sign-out': [
    ['an invalid Referer', get('/logout', 'Referer: ht!tp://\\\\'), 302, ''],
    ['a Referer of bytes', get('/logout', 'Referer: \xff\xfe'), 302, ''],
    ['an invalid Host', badHost, 400, noHost]
  ],
  'in a cookie': [
    ['a forged session', session('1800000000.jason.AAAA'), 200, THE_PAGE],
    ['a session of dots', session('.....'), 200, THE_PAGE],
    ['a session with invalid escapes', session('%E0%A4%A'), 200, THE_PAGE],
    ['a session of bytes', session('\xff\xfe'), 200, THE_PAGE],
    ['a large session', session('a'.repeat(12_000)), 200, THE_PAGE],
    ['a thousand sessions', page(`Cookie: ${'session=1; '.repeat(1000)}`), 200, THE_PAGE],
    ['no pairs', page('Cookie: ;;; =; ==;a;"'), 200, THE_PAGE],
    ['the name of a prototype', page('Cookie: __proto__=x; constructor=y'), 200, THE_PAGE]
  ],
  elsewhere: [
    ['a query of ten thousand parameters', get(`/productpage?${'u=1&'.repeat(3500)}`), 200, THE_PAGE],
    ['half of an encoding in an id', get('/api/v1/products/%zz'), 400, noEncoding],
    ['a compressed body at an unknown path', post('/nothing', zipped('x'), GZIP), 404, nothing],
    ['a content coding without a body', page(GZIP), 200, THE_PAGE],
    ['invalid credentials', page('Authorization: \xff', 'jwt:', 'X-Request-Id:'), 200, THE_PAGE],
    ['invalid trace headers', page('traceparent: \xff', 'b3: ,,,', 'baggage: ===='), 200, THE_PAGE],
    ['an invalid condition', get('/static/img/logo.svg', 'If-None-Match: ,,"', 'Range: bytes=9-1'), 200, '<svg'],
    ['invalid codings', page('Accept-Encoding: ;q=,,x;;;q=9'), 200, THE_PAGE],
    ['an invalid forwarded protocol', page('X-Forwarded-Proto: <script>'), 200, THE_PAGE]
  ]
}

describe.each(Object.entries(cases))('bad input %s:', (_place, rows) => {
  test.each(rows)('%s', async (_what, bytes, status, body) => {
    const answer = await askRaw(origin, bytes)
    expect(answer.status).toBe(status)
    const isJson = /\r\ncontent-type: application\/json\r\n/i.test(answer.head)
    expect(isJson ? answer.body : answer.body.includes(body)).toBe(isJson ? body : true)
    await expectNoHarm()
  })
})

test('three compressed megabytes get their answer although their sender reads only when all are sent', async () => {
  const sender = connectTo(origin)
  const body = gzipSync(randomBytes(3_000_000))
  const headers = ['Connection: close', GZIP, `Content-Length: ${body.length}`]
  await pipeline(slowly(message('POST /login', { headers }), body), sender, { end: false })
  const answer = await readText(sender)
  expect(answer).toMatch(/^HTTP\/1\.1 415 /)
  expect(answer).toContain(compressed)
  await expectNoHarm()
})

/** A request in pieces; between them productpage has time to answer others, and so to close this connection if it would. */
async function* slowly(head: string, body: Buffer) {
  yield Buffer.from(head, 'latin1')
  for (let start = 0; start < body.length; start += 100_000) {
    await ask(origin, '/livez')
    yield body.subarray(start, start + 100_000)
  }
}
