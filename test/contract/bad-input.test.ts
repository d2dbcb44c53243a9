import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { text as readText } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { ask, askRaw, connectTo, json, startSuite } from '../support/index.ts'

const suite = await startSuite()
afterAll(() => suite[Symbol.asyncDispose]())

const everywhere = ['productpage', 'details', 'ratings', 'reviews v1', 'reviews v2', 'reviews v3'] as const
type ServiceName = (typeof everywhere)[number]

const origins: Record<ServiceName, string> = {
  productpage: suite.productpage,
  details: suite.details,
  ratings: suite.ratings,
  'reviews v1': suite.reviews.v1,
  'reviews v2': suite.reviews.v2,
  'reviews v3': suite.reviews.v3
}

/** Each service behind productpage reads the headers that its callers may add. */
const headerKib: Record<ServiceName, number> = {
  productpage: 60,
  details: 64,
  ratings: 68,
  'reviews v1': 64,
  'reviews v2': 64,
  'reviews v3': 64
}

/** It is posted before the bad input, and must be there after each case. */
const kept = json(200, { id: 777, ratings: { Reviewer1: 1, Reviewer2: 2 } })
await ask(suite.ratings, '/ratings/777', { method: 'POST', body: '{"Reviewer1":1,"Reviewer2":2}' })

async function expectNothingLost(): Promise<void> {
  for (const origin of Object.values(origins)) {
    expect(await ask(origin, '/livez')).toEqual(json(200, { status: 'ok' }))
  }
  expect(await ask(suite.ratings, '/ratings/777')).toEqual(kept)
  expect(suite.errors).toEqual([])
}

const error = (reason: string) => JSON.stringify({ error: reason })
const noHttp = error('this is not a well-formed HTTP request')
const tooLong = error('the request line and headers are larger than %s KiB')
const noHost = error('a request needs one valid Host header')
const noNumber = error('please provide numeric product id')
const noNUMBER = error('please provide numeric product ID')
const noRatings = error('please provide valid ratings JSON')
const noEncoding = error('the path is not valid percent-encoding')
const badName = error('a user name has 1 to 100 characters and no control characters; please choose another')
const badForm = error('the sign-in form is malformed')
const compressed = error('the request body is compressed: please send it uncompressed')
const larger = error('the request body is larger than 16384 bytes')
const THE_PAGE = '<title>Simple Bookstore App</title>'

/** A request as it goes over the wire. */
function message(line: string, { headers = [], body = '' }: { headers?: string[]; body?: string } = {}): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  return [`${line} HTTP/1.1`, 'Host: t', ...length, ...headers, '', body].join('\r\n')
}
const post = (path: string, body: string, ...headers: string[]) => message(`POST ${path}`, { headers, body })
const get = (path: string, ...headers: string[]) => message(`GET ${path}`, { headers })
const FORM = 'application/x-www-form-urlencoded'
const login = (body: string, type = FORM, ...headers: string[]) =>
  post('/login', body, `Content-Type: ${type}`, ...headers)
const zipped = (text: string) => gzipSync(text).toString('latin1')

/** Bad input, the status of the answer, and its body, or a part of it if it is a page. */
const cases: [
  what: string,
  service: ServiceName | 'every service',
  bytes: string,
  status: number | undefined,
  body: string
][] = [
  // Not HTTP
  ['one word', 'every service', 'GARBAGE\r\n\r\n', 400, noHttp],
  ['null bytes', 'every service', '\0\0\0\0\0\0\0\0\r\n\r\n', 400, noHttp],
  ['a TLS greeting', 'every service', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, noHttp],
  ['the preface of HTTP/2', 'every service', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, noHttp],
  ['a null byte in the path', 'every service', get('/hea\0lth'), 400, noHttp],
  ['a blank in the path', 'every service', get('/he alth'), 400, noHttp],
  ['a null byte in a header', 'every service', get('/health', 'X: a\0b'), 400, noHttp],
  ['a blank in a header name', 'every service', get('/health', 'X y: 1'), 400, noHttp],
  ['a header that is folded', 'every service', get('/health', 'X: a', ' b'), 400, noHttp],
  ['no Host', 'every service', 'GET /health HTTP/1.1\r\n\r\n', 400, noHost],
  ['an unknown method', 'every service', message('FOO /health'), 400, noHttp],
  ['a tunnel', 'every service', message('CONNECT example.com:443'), 501, error('CONNECT is not supported here')],
  ['an unknown version of HTTP', 'every service', 'GET /health HTTP/9.9\r\nHost: t\r\n\r\n', 400, noHttp],

  // Too much
  ['a header of 80,000 bytes', 'every service', get('/health', `X: ${'a'.repeat(80_000)}`), 431, tooLong],
  ['a cookie of 80,000 bytes', 'every service', get('/health', `Cookie: session=${'a'.repeat(80_000)}`), 431, tooLong],
  ['a path of 80,000 bytes', 'every service', get(`/${'a'.repeat(80_000)}`), 431, tooLong],
  ['fifteen thousand headers', 'every service', get('/health', ...Array<string>(15_000).fill('X: 1')), 431, tooLong],
  ['an id of ten thousand digits', 'details', get(`/details/${'1'.repeat(10_000)}`), 400, noNumber],
  ['an id of ten thousand digits', 'ratings', get(`/ratings/${'1'.repeat(10_000)}`), 400, noNUMBER],
  ['an id of ten thousand digits', 'reviews v2', get(`/reviews/${'1'.repeat(10_000)}`), 400, noNumber],
  ['an id of ten thousand digits', 'productpage', get(`/api/v1/products/${'1'.repeat(10_000)}`), 400, noNumber],
  ['a path of five thousand segments', 'details', get(`/details${'/a'.repeat(5000)}`), 400, noNumber],
  ['a megabyte for a book', 'details', post('/details/0', 'x'.repeat(1_000_000)), 413, larger],
  [
    'a megabyte of ratings',
    'ratings',
    post('/ratings/777', `{"Reviewer1":"${'x'.repeat(1_000_000)}"}`),
    400,
    noRatings
  ],
  ['a megabyte at sign-in', 'productpage', login(`username=${'x'.repeat(1_000_000)}`), 413, larger],
  [
    'a megabyte at a path without POST',
    'reviews v1',
    post('/reviews/0', 'x'.repeat(1_000_000)),
    405,
    error('POST is not allowed here; allowed are GET, HEAD, OPTIONS')
  ],
  ['a query of ten thousand parameters', 'productpage', get(`/productpage?${'u=1&'.repeat(3500)}`), 200, THE_PAGE],

  // Ids
  ['a null byte for an id', 'details', get('/details/%00'), 400, noNumber],
  ['a null byte for an id', 'ratings', get('/ratings/%00'), 400, noNUMBER],
  ['a null byte for an id', 'reviews v3', get('/reviews/%00'), 400, noNumber],
  ['a null byte for an id', 'productpage', get('/api/v1/products/%00/reviews'), 400, noNumber],
  [
    'a request in an id',
    'productpage',
    get('/api/v1/products/0%20HTTP%2F1.1%0d%0aHost:%20evil%0d%0a%0d%0a'),
    400,
    noNumber
  ],
  ['a path to the parent for an id', 'productpage', get('/api/v1/products/..%2F..%2Fmetrics'), 400, noNumber],
  ['a fraction', 'reviews v1', get('/reviews/1.5'), 400, noNumber],
  ['a number beyond Java', 'ratings', get('/ratings/2147483648'), 400, noNUMBER],
  ['markup for an id', 'details', get('/details/<script>'), 400, noNumber],
  ['an invalid percent-encoding', 'details', get('/details/%E9'), 400, noEncoding],
  ['half of an encoding', 'reviews v2', get('/reviews/%'), 400, noEncoding],
  ['half of an encoding', 'productpage', get('/api/v1/products/%zz'), 400, noEncoding],
  ['half of an encoding', 'ratings', get('/ratings/%'), 400, noEncoding],
  ['raw bytes in the path', 'productpage', get('/\u00e9\u00ff'), 400, noHttp],

  // Bodies
  [
    'two lengths',
    'every service',
    'POST /health HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc',
    400,
    noHttp
  ],
  [
    'length and chunks at once',
    'every service',
    'POST /health HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    noHttp
  ],
  ['an invalid length', 'every service', 'POST /health HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n', 400, noHttp],
  [
    'an unknown transfer coding',
    'ratings',
    'POST /ratings/777 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n{}',
    400,
    noHttp
  ],
  [
    'a chunk of no size',
    'ratings',
    'POST /ratings/777 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
    400,
    noHttp
  ],
  [
    'a chunk longer than it says',
    'ratings',
    'POST /ratings/777 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}x\r\n0\r\n\r\n',
    400,
    noHttp
  ],
  [
    'a chunk of a size beyond counting',
    'ratings',
    'POST /ratings/777 HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n',
    400,
    noHttp
  ],
  ['nothing', 'ratings', post('/ratings/777', '', 'Content-Length: 0'), 400, noRatings],
  ['no body at all', 'ratings', message('POST /ratings/777'), 400, noRatings],
  ['half of JSON', 'ratings', post('/ratings/777', '{"Reviewer1":'), 400, noRatings],
  ['JSON that is not an object', 'ratings', post('/ratings/777', '[5,4]'), 400, noRatings],
  ['null', 'ratings', post('/ratings/777', 'null'), 400, noRatings],
  ['stars beyond counting', 'ratings', post('/ratings/777', '{"Reviewer1":1e999}'), 400, noRatings],
  ['a prototype', 'ratings', post('/ratings/777', '{"__proto__":{"Reviewer1":5}}'), 400, noRatings],
  ['UTF-16', 'ratings', post('/ratings/777', '\xff\xfe{\0"\0a\0"\0:\x001\0}\0'), 400, noRatings],
  ['bytes that are not UTF-8', 'ratings', post('/ratings/777', '\xff\xff\xff\xff'), 400, noRatings],
  ['gzip', 'ratings', post('/ratings/777', '\x1f\x8b\x08\0', 'Content-Encoding: gzip'), 400, noRatings],
  ['arrays eight thousand deep', 'ratings', post('/ratings/777', '['.repeat(8000)), 400, noRatings],
  ['objects three thousand deep', 'ratings', post('/ratings/777', '{"a":'.repeat(3000)), 400, noRatings],
  ['an invalid content type', 'ratings', post('/ratings/777', 'x', 'Content-Type: ;;;'), 400, noRatings],
  ['an invalid id and an invalid body', 'ratings', post('/ratings/x', 'x'), 400, noNUMBER],

  // Sign-in
  ['a line break in a name', 'productpage', login('username=a%0d%0aX-Injected:%201'), 400, badName],
  ['a null byte in a name', 'productpage', login('username=a%00b'), 400, badName],
  ['a name of a thousand letters', 'productpage', login(`username=${'x'.repeat(1000)}`), 400, badName],
  [
    'a name of a thousand letters in the query',
    'productpage',
    post(`/login?username=${'x'.repeat(1000)}`, '', 'Content-Length: 0'),
    400,
    badName
  ],
  ['a form in parts without a boundary', 'productpage', login('--b\r\n', 'multipart/form-data'), 400, badForm],
  [
    'a form in parts that breaks off',
    'productpage',
    login('--b\r\nContent-Disposition: form-data; name="username"\r\n', 'multipart/form-data; boundary=b'),
    400,
    badForm
  ],
  ['a form with invalid escapes', 'productpage', login('%zz=%&username=%E9%'), 302, ''],
  ['a form of ten thousand fields', 'productpage', login('a=1&'.repeat(4000)), 400, badName],
  [
    'a compressed form',
    'productpage',
    login(zipped('username=jason'), FORM, 'Content-Encoding: gzip'),
    415,
    compressed
  ],
  [
    'ten megabytes, compressed',
    'productpage',
    login(zipped('x'.repeat(10_000_000)), FORM, 'Content-Encoding: gzip'),
    415,
    compressed
  ],
  [
    'a form with the content coding identity',
    'productpage',
    login('username=a', FORM, 'Content-Encoding: Identity'),
    302,
    ''
  ],
  [
    'a compressed body at an unknown path',
    'productpage',
    post('/nothing', zipped('x'), 'Content-Encoding: gzip'),
    404,
    error('there is no /nothing here')
  ],
  ['a content coding without a body', 'productpage', get('/productpage', 'Content-Encoding: gzip'), 200, THE_PAGE],
  ['a sign-in without a body', 'productpage', message('POST /login'), 400, badName],
  ['an invalid Referer', 'productpage', get('/logout', 'Referer: ht!tp://\\\\'), 302, ''],
  ['a Referer of bytes', 'productpage', get('/logout', 'Referer: \xff\xfe'), 302, ''],
  [
    'an invalid Host',
    'productpage',
    'GET /logout HTTP/1.1\r\nHost: ]][[\r\nReferer: http://]][[/x\r\n\r\n',
    400,
    noHost
  ],

  // Cookies and headers
  [
    'a session that is forged',
    'productpage',
    get('/productpage', 'Cookie: session=1800000000.jason.AAAA'),
    200,
    THE_PAGE
  ],
  ['a session of dots', 'productpage', get('/productpage', 'Cookie: session=.....'), 200, THE_PAGE],
  ['a session with invalid escapes', 'productpage', get('/productpage', 'Cookie: session=%E0%A4%A'), 200, THE_PAGE],
  ['a session of bytes', 'productpage', get('/productpage', 'Cookie: session=\xff\xfe'), 200, THE_PAGE],
  ['a large session', 'productpage', get('/productpage', `Cookie: session=${'a'.repeat(12_000)}`), 200, THE_PAGE],
  ['a thousand sessions', 'productpage', get('/productpage', `Cookie: ${'session=1; '.repeat(1000)}`), 200, THE_PAGE],
  ['invalid cookies', 'productpage', get('/productpage', 'Cookie: ;;; =; ==;a;"'), 200, THE_PAGE],
  [
    'a cookie named like a prototype',
    'productpage',
    get('/productpage', 'Cookie: __proto__=x; constructor=y'),
    200,
    THE_PAGE
  ],
  [
    'invalid credentials',
    'productpage',
    get('/productpage', 'Authorization: \xff', 'jwt:', 'X-Request-Id:'),
    200,
    THE_PAGE
  ],
  [
    'invalid trace headers',
    'productpage',
    get('/productpage', 'traceparent: \xff', 'b3: ,,,', 'X-B3-TraceId: ', 'baggage: ===='),
    200,
    THE_PAGE
  ],
  [
    'invalid trace headers',
    'reviews v2',
    get('/health', 'traceparent: \xff', 'b3: ,,,', 'end-user: \xff'),
    200,
    '{"status":"Reviews is healthy"}'
  ],
  [
    'an invalid condition',
    'productpage',
    get('/static/img/logo.svg', 'If-None-Match: ,,"', 'Range: bytes=9-1'),
    200,
    '<svg'
  ],
  ['invalid codings', 'productpage', get('/productpage', 'Accept-Encoding: ;q=,,x;;;q=9'), 200, THE_PAGE],
  ['an invalid forwarded protocol', 'productpage', get('/productpage', 'X-Forwarded-Proto: <script>'), 200, THE_PAGE]
]

const expanded = cases.flatMap(([what, service, ...rest]) =>
  (service === 'every service' ? everywhere : [service]).map((name) => [what, name, ...rest] as const)
)

describe('bad input', () => {
  test.each(expanded)('%s, sent to %s', async (_what, service, bytes, status, expected) => {
    const body = expected.replace('%s', String(headerKib[service]))
    const answer = await askRaw(origins[service], bytes)
    expect(answer.status).toBe(status)
    const isJson = /\r\ncontent-type: application\/json\r\n/i.test(answer.head)
    expect(isJson ? answer.body : answer.body.includes(body)).toBe(isJson ? body : true)
    await expectNothingLost()
  })

  test('three compressed megabytes get their answer although their sender reads only when all are sent', async () => {
    const sender = connectTo(suite.productpage)
    const body = gzipSync(randomBytes(3_000_000))
    const headers = ['Connection: close', 'Content-Encoding: gzip', `Content-Length: ${body.length}`]
    await pipeline(slowly(message('POST /login', { headers }), body), sender, { end: false })
    const answer = await readText(sender)
    expect(answer).toMatch(/^HTTP\/1\.1 415 /)
    expect(answer).toContain(compressed)
    await expectNothingLost()
  })

  test.each(everywhere)('many at once, sent to %s', async (service) => {
    const origin = origins[service]
    const answers = await Promise.all(Array.from({ length: 100 }, () => askRaw(origin, 'GARBAGE\r\n\r\n')))
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(400))
    await expectNothingLost()
  })

  test.each(everywhere)('connections that break off at any byte, to %s', async (service) => {
    const whole = message('POST /health', { body: '{"a":1}' })
    const closed = await Promise.all(
      Array.from(whole, async (_, length) => {
        const socket = connectTo(origins[service])
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

/** A request in pieces; between them productpage has time to answer others, and so to close this connection if it would. */
async function* slowly(head: string, body: Buffer) {
  yield Buffer.from(head, 'latin1')
  for (let start = 0; start < body.length; start += 100_000) {
    await ask(suite.productpage, '/livez')
    yield body.subarray(start, start + 100_000)
  }
}
