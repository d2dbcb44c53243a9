import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  addressOf,
  askRaw,
  respond,
  reviewsVersions,
  signIn,
  startDetails,
  startProductpage,
  startReviews,
  startTinyServer,
  type SeenRequest
} from '../support/index.ts'

type Headers = [name: string, value: string][]

/** It stands for all upstreams, and remembers the headers as they arrived. */
const upstream = await startTinyServer(respond(200, { id: 0, ratings: {} }))
const addresses = {
  ...addressOf('details', upstream.port),
  ...addressOf('reviews', upstream.port),
  ...addressOf('ratings', upstream.port)
}
const productpage = await startProductpage(addresses)
const reviewsV1 = await startReviews({ ...reviewsVersions.v1, ...addresses })
const reviewsV2 = await startReviews({ ...reviewsVersions.v2, ...addresses })
const reviewsV3 = await startReviews({ ...reviewsVersions.v3, ...addresses })
const details = await startDetails()
afterAll(async () => {
  await using stack = new AsyncDisposableStack()
  for (const server of [upstream, productpage, reviewsV1, reviewsV2, reviewsV3, details]) stack.use(server)
})
beforeEach(() => {
  upstream.seen.length = 0
})

/** Headers of a connection or an HTTP client, which are not forwarded. */
const own = ['host', 'connection', 'accept']
const forwardedIn = (request: SeenRequest | undefined): Headers =>
  (request?.headers ?? []).filter(([name]) => !own.includes(name))

/** Sends headers byte for byte, and returns those that the upstream got. */
async function forwarded(origin: string, path: string, headers: Headers): Promise<Headers> {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  const { status } = await askRaw(origin, `GET ${path} HTTP/1.1\r\nHost: front\r\n${lines.join('')}\r\n`)
  expect(status).toBeDefined()
  return forwardedIn(upstream.seen[0])
}

const callers: [caller: string, origin: string, path: string, believesEndUser: boolean][] = [
  ['productpage to details', productpage.origin, '/api/v1/products/0', false],
  ['productpage to reviews', productpage.origin, '/api/v1/products/0/reviews', false],
  ['productpage to ratings', productpage.origin, '/api/v1/products/0/ratings', false],
  ['the page to its services', productpage.origin, '/productpage', false],
  ['reviews v2 to ratings', reviewsV2.origin, '/reviews/0', true],
  ['reviews v3 to ratings', reviewsV3.origin, '/reviews/0', true]
]

const listed: Headers = [
  ['x-request-id', 'd3ad-b33f'],
  ['x-ot-span-context', 'fe10;12'],
  ['x-datadog-trace-id', '1234567890'],
  ['x-datadog-parent-id', '987'],
  ['x-datadog-sampling-priority', '1'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['tracestate', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
  ['baggage', 'userId=alice;prop=1,  serverNode = DF%2028'],
  ['x-cloud-trace-context', '105445aa7843bc8bf206b12000100000/1;o=1'],
  ['grpc-trace-bin', 'AAAR2UmXQ/Dh+uHB=='],
  ['x-b3-traceid', '80f198ee56343ba864fe8b2a57d3eff7'],
  ['x-b3-spanid', 'e457b5a2e4d86bd1'],
  ['x-b3-parentspanid', '05e3ac9a4f6e3b90'],
  ['x-b3-sampled', '1'],
  ['x-b3-flags', '0'],
  ['b3', '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1-05e3ac9a4f6e3b90'],
  ['sw8', '1-TVRJek5BPT0=-MQ==-3-bWVzaA==-aW5zdGFuY2U=-L2E=-YjoxMjM='],
  ['sw8-correlation', 'dGVzdA==:dGVzdA=='],
  ['sw8-x', '1'],
  ['x-datadog-tags', '_dd.p.tid=640cfd8d00000000,_dd.p.dm=-1'],
  ['x-datadog-origin', 'rum'],
  ['uber-trace-id', '1:2:3:1'],
  ['uberctx-shop', 'books'],
  ['x-amzn-trace-id', 'Root=1-67891233-abcdef012345678912345678'],
  ['sentry-trace', '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1'],
  ['elastic-apm-traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64)  ua/1'],
  ['cookie', 'a=b; c="d e"'],
  ['authorization', 'Bearer abc.def'],
  ['jwt', 'ey.ey.sig']
]

const unlisted: Headers = [
  ['accept-language', 'de'],
  ['accept-encoding', 'gzip'],
  ['x-client-trace-id', 'c'],
  ['x-forwarded-for', '192.0.2.1'],
  ['x-forwarded-proto', 'https'],
  ['x-envoy-attempt-count', '1'],
  ['forwarded', 'for=192.0.2.1'],
  ['proxy-authorization', 'Basic eDp5'],
  ['content-type', 'application/json'],
  ['x-custom', '1']
]

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const b3Ids = ['x-b3-traceid: 80f198ee56343ba864fe8b2a57d3eff7', 'x-b3-spanid: e457b5a2e4d86bd1']

/** Tracing libraries would repair or drop these headers. Here they arrive as they were sent. */
const odd: [what: string, ...lines: string[]][] = [
  ['a trace id of 64 bits', 'x-b3-traceid: 463ac35c9f6413ad', 'x-b3-spanid: a2fb4a1d1a96d312', 'x-b3-sampled: 1'],
  ['a decision not to sample', ...b3Ids, 'x-b3-sampled: 0'],
  ['no decision', ...b3Ids],
  ['a decision alone', 'x-b3-sampled: 0'],
  ['a debug flag', 'x-b3-flags: 1'],
  ['invalid ids', 'x-b3-traceid: nothex', 'x-b3-spanid: zz', 'traceparent: garbage'],
  ['ids in upper case', 'x-b3-traceid: 80F198EE56343BA864FE8B2A57D3EFF7'],
  ['b3 with a decision alone', 'b3: 0'],
  ['b3 with the debug flag', 'b3: 0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-d'],
  ['repeated headers', 'x-request-id: a', 'tracestate: k=1', 'x-request-id: b', 'tracestate: j=2'],
  ['repeated cookies', 'cookie: a=1', 'cookie: b=2'],
  ['a traceparent of zeros', `traceparent: 00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  ['two traceparents', `traceparent: ${traceparent}`, `traceparent: ${traceparent.replace(/1$/, '0')}`],
  ['UTF-8', `jwt: ${Buffer.from('é ✓').toString('latin1')}`, `baggage: ${Buffer.from('k=🎭').toString('latin1')}`],
  ['bytes of no encoding', 'x-request-id: a\u0080\u00ffb'],
  ['a long value', `tracestate: k=${'v'.repeat(8000)}`]
]

function headersOf(lines: readonly string[]): Headers {
  return lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)])
}

describe.each(callers)('from %s', (_caller, origin, path, believesEndUser) => {
  test('no header is added', async () => {
    expect(await forwarded(origin, path, [])).toEqual([])
  })

  test.each(listed)('%s is forwarded unchanged', async (name, value) => {
    expect(await forwarded(origin, path, [[name, value]])).toEqual([[name, value]])
  })

  test('all are forwarded together, in order, without the others', async () => {
    const mixed = listed.flatMap((header, i): Headers => {
      const other = unlisted[i]
      return other ? [other, header] : [header]
    })
    expect(await forwarded(origin, path, mixed)).toEqual(listed)
  })

  test('names may come in any case', async () => {
    const capitals = listed.map(([name, value]): [string, string] => [name.toUpperCase(), value])
    expect(await forwarded(origin, path, capitals)).toEqual(listed)
  })

  test.each(unlisted)('%s is not forwarded', async (name, value) => {
    expect(await forwarded(origin, path, [[name, value]])).toEqual([])
  })

  test.each(odd)('%s: arrives as it was sent', async (_what, ...lines) => {
    const headers = headersOf(lines)
    expect(await forwarded(origin, path, headers)).toEqual(headers)
  })

  test('headers without a value are not forwarded', async () => {
    const empty = ['x-request-id', 'baggage', 'user-agent', 'traceparent'].map((name): [string, string] => [name, ''])
    expect(await forwarded(origin, path, empty)).toEqual([])
  })

  test(`an incoming end-user is ${believesEndUser ? 'forwarded' : 'removed'}`, async () => {
    const sent = headersOf(['end-user: mallory', 'End-User: eve'])
    const expected = headersOf(['end-user: mallory', 'end-user: eve'])
    expect(await forwarded(origin, path, sent)).toEqual(believesEndUser ? expected : [])
  })
})

describe('the user who is signed in', () => {
  test('is sent with every call, in place of any other', async () => {
    const cookie = await signIn(productpage.origin, 'jason')
    const sent = headersOf(['end-user: mallory', `cookie: ${cookie}; other=1`, 'END-USER: eve'])
    await forwarded(productpage.origin, '/productpage', sent)
    const arrived = headersOf([`cookie: ${cookie}; other=1`, 'end-user: jason'])
    expect(upstream.seen.map(forwardedIn)).toEqual(upstream.seen.map(() => arrived))
    // Ratings are asked what the reader may do, and what stars the reader has given.
    const urls = ['/details/0', '/ratings/0', '/ratings/0', '/reviews/0']
    expect(upstream.seen.map(({ url }) => url).toSorted()).toEqual(urls)
  })

  test('is sent with both attempts at reviews', async () => {
    await using failing = await startTinyServer(respond(503))
    await using page = await startProductpage({ ...addresses, ...addressOf('reviews', failing.port) })
    const cookie = await signIn(page.origin, 'jason')
    await forwarded(page.origin, '/api/v1/products/0/reviews', [['cookie', cookie]])
    const arrived = headersOf([`cookie: ${cookie}`, 'end-user: jason'])
    expect(failing.seen.map(forwardedIn)).toEqual([arrived, arrived])
  })

  test('reaches ratings through reviews, with the trace', async () => {
    await using page = await startProductpage({ ...addresses, ...addressOf('reviews', reviewsV2.port) })
    const cookie = await signIn(page.origin, 'Žofie')
    const sent = headersOf(['x-request-id: one', `traceparent: ${traceparent}`, `cookie: ${cookie}`])
    expect(await forwarded(page.origin, '/api/v1/products/0/reviews', sent)).toEqual([
      ...sent,
      ['end-user', Buffer.from('Žofie').toString('latin1')]
    ])
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/ratings/0'])
  })
})

describe('services without upstreams', () => {
  test.each([
    ['details', details.origin, '/details/0'],
    ['reviews v1', reviewsV1.origin, '/reviews/0']
  ])('%s: calls nothing, whatever headers come', async (_name, origin, path) => {
    expect(await forwarded(origin, path, [...listed, ...unlisted])).toEqual([])
    expect(upstream.seen).toEqual([])
  })
})
