import type { RequestListener } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ask,
  askFully,
  hang,
  json,
  refusingPort,
  respond,
  startTinyServer,
  type Env,
  type SeenRequest
} from '@bookinfo/service-kit/testing'
import { externalBook, startDetails, volumes } from './support/index.ts'

const books = await startTinyServer(respond(200, volumes()))
const v2 = (url: string): Env => ({
  SERVICE_VERSION: 'v2',
  ENABLE_EXTERNAL_BOOK_SERVICE: 'true',
  BOOK_SERVICE_URL: url,
  // Most tests are about single calls.
  BOOK_FRESH_SECONDS: '0',
  BOOK_STALE_SECONDS: '0'
})
const details = await startDetails(v2(`${books.origin}/books/v1/volumes`))
afterAll(async () => {
  await details[Symbol.asyncDispose]()
  await books[Symbol.asyncDispose]()
})
beforeEach(() => {
  books.seen.length = 0
  books.answerWith(respond(200, volumes()))
})

const failed = json(502, { error: 'the book service is currently unavailable' })
const late = json(504, { error: 'the book service did not answer in time' })
const noNumber = json(400, { error: 'please provide numeric product id' })
const found = (id: number, changes: Record<string, unknown> = {}) => json(200, { id, ...externalBook, ...changes })

/** The beginning of an answer. */
const beginOnly: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{')
}

describe('a book from the external service', () => {
  test.each([0, 7, 2_147_483_647])('is the same for product %i', async (id) => {
    expect(await ask(details.origin, `/details/${id}`)).toEqual(found(id))
    expect(books.seen.map(({ method, url }) => [method, url])).toEqual([['GET', '/books/v1/volumes?q=isbn:0486424618']])
  })

  const facts: [what: string, info: Record<string, unknown>, book: Record<string, unknown>][] = [
    ['a magazine', { printType: 'MAGAZINE' }, { type: 'unknown' }],
    ['a book in German', { language: 'de' }, { language: 'unknown' }],
    [
      'no word on type and language',
      { printType: undefined, language: undefined },
      { type: 'unknown', language: 'unknown' }
    ],
    ['no publisher', { publisher: undefined }, { publisher: null }],
    ['no date', { publishedDate: undefined }, { year: null }],
    ['no pages', { pageCount: undefined }, { pages: null }],
    ['letters of any alphabet', { authors: ['Жанна 花子 <b>'] }, { author: 'Жанна 花子 <b>' }]
  ]
  test.each(facts)('may be or have %s', async (_what, info, book) => {
    books.answerWith(respond(200, volumes(info)))
    expect(await ask(details.origin, '/details/0')).toEqual(found(0, book))
  })

  test('is not requested for a wrong id, health or readiness', async () => {
    expect(await ask(details.origin, '/details/abc')).toEqual(noNumber)
    expect(await ask(details.origin, '/health')).toEqual(json(200, { status: 'Details is healthy' }))
    expect((await ask(details.origin, '/readyz')).status).toBe(200)
    expect(books.seen).toEqual([])
  })

  test('comes from a service with the version v2', async () => {
    expect((await askFully(details.origin, '/details/0')).headers['x-service-version']).toBe('v2')
  })

  test('is documented with its error statuses', async () => {
    const { body } = await ask(details.origin, '/openapi.json')
    expect(Object.keys(Object(body).paths['/details/{id}'].get.responses)).toEqual(['200', '400', '502', '503', '504'])
  })
})

describe('an external service that fails', () => {
  const answers: [what: string, status: number, body: unknown][] = [
    ...[201, 202, 204, 205, 206, 302, 304, 600, 999].map((status): [string, number, unknown] => [
      `answers ${status}`,
      status,
      status === 204 ? '' : volumes()
    ]),
    ['answers 403', 403, { error: { code: 403, message: 'Cannot determine user location' } }],
    ['answers 404', 404, ''],
    ['answers 500', 500, 'Traceback: password=hunter2'],
    ['answers 503', 503, ''],
    ['sends nothing', 200, ''],
    ['sends HTML', 200, '<html>'],
    ['sends null', 200, 'null'],
    ['finds no book', 200, { kind: 'books#volumes', totalItems: 0 }],
    ['finds an empty list', 200, { items: [] }],
    ['finds a book without facts', 200, { items: [{}] }],
    ['names no author', 200, volumes({ authors: undefined })],
    ['names nobody as author', 200, volumes({ authors: [] })],
    ['names no ISBN', 200, volumes({ industryIdentifiers: undefined })],
    ['names one ISBN of two', 200, volumes({ industryIdentifiers: [{ type: 'ISBN_10', identifier: '0486424618' }] })],
    ['counts pages in words', 200, volumes({ pageCount: 'many' })],
    ['gives an author as a number', 200, volumes({ authors: [7] })],
    ['sends too much', 200, volumes({ publisher: 'x'.repeat(300_000) })]
  ]
  test.each(answers)('and %s becomes 502', async (_what, status, body) => {
    books.answerWith(respond(status, body))
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
    expect(books.seen.length).toBe(1)
  })

  test.each([
    ['', 'status 429: set BOOK_SERVICE_API_KEY'],
    ['a-key', 'status 429: the quota of BOOK_SERVICE_API_KEY is used up']
  ])('and answers 429 becomes 503, with a hint in the log, with the key %j', async (key, reason) => {
    books.answerWith(respond(429))
    await using service = await startDetails({ ...v2(`${books.origin}/volumes`), BOOK_SERVICE_API_KEY: key })
    expect(await ask(service.origin, '/details/0')).toEqual(
      json(503, { error: 'the book service accepts no more calls at the moment: please try again later' })
    )
    expect(service.log.lines).toContainEqual(expect.objectContaining({ level: 'warn', status: 429, reason }))
  })

  test('and refuses connections becomes 502', async () => {
    await using lonely = await startDetails(v2(`http://127.0.0.1:${await refusingPort()}/volumes`))
    expect(await ask(lonely.origin, '/details/0')).toEqual(failed)
  })

  test('and closes the connection becomes 502', async () => {
    books.answerWith(({ socket }) => socket.destroy())
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
  })

  test('and redirects in a circle becomes 502 after five redirects', async () => {
    books.answerWith((request, response) => respond(302, '', { location: `${request.url}x` })(request, response))
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
    expect(books.seen.length).toBe(6)
  })

  test.each([
    ['sends nothing', hang],
    ['sends half an answer', beginOnly]
  ])('and %s in time becomes 504', async (_what, answer) => {
    books.answerWith(answer)
    await using hasty = await startDetails(v2(`${books.origin}/volumes`), { bookServiceTimeoutMs: 150 })
    expect(await ask(hasty.origin, '/details/0')).toEqual(late)
  })

  test('is logged with the reason', async () => {
    books.answerWith(respond(503))
    const before = details.log.lines.length
    await ask(details.origin, '/details/0')
    expect(details.log.lines.slice(before)).toContainEqual(
      expect.objectContaining({ level: 'warn', upstream: 'book service', status: 503, msg: 'upstream failed' })
    )
  })

  test('and redirects to another path is followed', async () => {
    books.answerWith((request, response) =>
      (request.url === '/moved' ? respond(200, volumes()) : respond(301, '', { location: '/moved' }))(request, response)
    )
    expect(await ask(details.origin, '/details/0')).toEqual(found(0))
  })
})

describe('the headers for the external service', () => {
  const trace = {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'k=v',
    'x-b3-traceid': '80f198ee56343ba864fe8b2a57d3eff7',
    'x-b3-spanid': 'e457b5a2e4d86bd1',
    'x-b3-sampled': '1'
  }
  const all = {
    ...trace,
    'x-request-id': 'r',
    'end-user': 'jason',
    'user-agent': 'ua/1',
    cookie: 'session=secret',
    authorization: 'Bearer secret',
    jwt: 'secret',
    baggage: 'reader=jason',
    'sw8-correlation': 'secret',
    'x-forwarded-for': '192.0.2.1',
    'x-custom': 'secret'
  }
  const own = ['host', 'connection', 'accept']
  const learned = (request: SeenRequest | undefined) =>
    Object.fromEntries((request?.headers ?? []).filter(([name]) => !own.includes(name)))

  test('are none of the headers of the caller', async () => {
    await ask(details.origin, '/details/0', { headers: all })
    expect(learned(books.seen[0])).toEqual({})
  })

  test('are trace context, if the settings say so', async () => {
    const env = { ...v2(`${books.origin}/volumes`), BOOK_SERVICE_TRACE_CONTEXT: 'true' }
    await using telling = await startDetails(env)
    await ask(telling.origin, '/details/0', { headers: all })
    expect(learned(books.seen[0])).toEqual(trace)
  })
})

describe('the key for the external service', () => {
  const key = 'AIza-a-secret-of-the-test'
  const sentTo = (requests: SeenRequest[]) =>
    requests.map(({ headers }) => headers.find(([name]) => name === 'x-goog-api-key')?.[1])

  test('goes along in a header, and is in no log line, metric or answer', async () => {
    await using service = await startDetails({ ...v2(`${books.origin}/volumes`), BOOK_SERVICE_API_KEY: key })
    await ask(service.origin, '/details/0')
    books.answerWith(respond(403, { error: { message: `API key not valid: ${key}` } }))
    const failure = await ask(service.origin, '/details/0')
    const metrics = await ask(service.origin, '/metrics')
    expect(sentTo(books.seen)).toEqual([key, key])
    expect(books.seen.map(({ url }) => url)).toEqual(Array(2).fill('/volumes?q=isbn:0486424618'))
    expect(JSON.stringify([failure, metrics, service.log.lines])).not.toContain(key)
  })

  test('stays with the host that was asked', async () => {
    await using other = await startTinyServer(respond(200, volumes()))
    books.answerWith(respond(302, '', { location: `${other.origin}/volumes` }))
    await using service = await startDetails({ ...v2(`${books.origin}/volumes`), BOOK_SERVICE_API_KEY: key })
    expect(await ask(service.origin, '/details/0')).toEqual(found(0))
    expect(sentTo([...books.seen, ...other.seen])).toEqual([key, undefined])
  })
})

describe('the last good answer', () => {
  const remembering = { ...v2(`${books.origin}/volumes`), BOOK_FRESH_SECONDS: '60', BOOK_STALE_SECONDS: '600' }

  test('is used again for a minute', async () => {
    let nowMs = 0
    await using service = await startDetails(remembering, { nowMs: () => nowMs })
    await ask(service.origin, '/details/0')
    books.answerWith(respond(200, volumes({ pageCount: 65 })))
    nowMs = 59_999
    expect(await ask(service.origin, '/details/1')).toEqual(found(1))
    expect(books.seen.length).toBe(1)
    nowMs = 60_000
    expect(await ask(service.origin, '/details/1')).toEqual(found(1, { pages: 65 }))
    expect(books.seen.length).toBe(2)
  })

  test('replaces a failure for ten minutes more, while each request calls the service', async () => {
    let nowMs = 0
    await using service = await startDetails(remembering, { nowMs: () => nowMs })
    await ask(service.origin, '/details/0')
    books.answerWith(respond(503))
    nowMs = 659_999
    expect(await ask(service.origin, '/details/0')).toEqual(found(0))
    expect(await ask(service.origin, '/details/0')).toEqual(found(0))
    expect(books.seen.length).toBe(3)
    nowMs = 660_000
    expect(await ask(service.origin, '/details/0')).toEqual(failed)
  })

  test('is never a failure', async () => {
    await using service = await startDetails(remembering)
    books.answerWith(respond(200, { items: [] }))
    expect(await ask(service.origin, '/details/0')).toEqual(failed)
    books.answerWith(respond(200, volumes()))
    expect(await ask(service.origin, '/details/0')).toEqual(found(0))
  })

  test('is shared by all requests during a call', async () => {
    const waiting: (() => void)[] = []
    let begun: () => void = () => undefined
    const first = new Promise<void>((resolve) => {
      begun = resolve
    })
    books.answerWith((request, response) => {
      waiting.push(() => respond(200, volumes())(request, response))
      begun()
    })
    await using service = await startDetails(remembering)
    const readers: ReturnType<typeof ask>[] = Array.from({ length: 20 }, (_, id) =>
      ask(service.origin, `/details/${id}`)
    )
    await first
    // When these are answered, the readers before them have been heard.
    await Promise.all(readers.map(() => ask(service.origin, '/health')))
    for (const answer of waiting) answer()
    expect(await Promise.all(readers)).toEqual(readers.map((_reader, id) => found(id)))
    expect(books.seen.length).toBe(1)
  })
})
