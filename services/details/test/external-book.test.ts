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
  test.each(facts)('may have %s', async (_what, info, book) => {
    books.answerWith(respond(200, volumes(info)))
    expect(await ask(details.origin, '/details/0')).toEqual(found(0, book))
  })

  test('is not asked for without need', async () => {
    expect(await ask(details.origin, '/details/abc')).toEqual(noNumber)
    expect(await ask(details.origin, '/health')).toEqual(json(200, { status: 'Details is healthy' }))
    expect((await ask(details.origin, '/readyz')).status).toBe(200)
    expect(books.seen).toEqual([])
  })

  test('comes from a service that says it is v2', async () => {
    expect((await askFully(details.origin, '/details/0')).headers['x-service-version']).toBe('v2')
  })

  test('is described with what may go wrong', async () => {
    const { body } = await ask(details.origin, '/openapi.json')
    expect(Object.keys(Object(body).paths['/details/{id}'].get.responses)).toEqual(['200', '400', '502', '504'])
  })
})

describe('an external service that fails', () => {
  const answers: [what: string, status: number, body: unknown][] = [
    ['refuses', 403, { error: { code: 403, message: 'Cannot determine user location' } }],
    ['knows nothing', 404, ''],
    ['is asked too often', 429, ''],
    ['breaks', 500, 'Traceback: password=hunter2'],
    ['is away', 503, ''],
    ['says nothing', 200, ''],
    ['says no JSON', 200, '<html>'],
    ['says null', 200, 'null'],
    ['finds no book', 200, { kind: 'books#volumes', totalItems: 0 }],
    ['finds an empty list', 200, { items: [] }],
    ['finds a book without facts', 200, { items: [{}] }],
    ['names no author', 200, volumes({ authors: undefined })],
    ['names nobody as author', 200, volumes({ authors: [] })],
    ['names no ISBN', 200, volumes({ industryIdentifiers: undefined })],
    ['names one ISBN of two', 200, volumes({ industryIdentifiers: [{ type: 'ISBN_10', identifier: '0486424618' }] })],
    ['counts pages in words', 200, volumes({ pageCount: 'many' })],
    ['gives an author as a number', 200, volumes({ authors: [7] })],
    ['goes on without an end', 200, volumes({ publisher: 'x'.repeat(300_000) })]
  ]
  test.each(answers)('as it %s, is 502', async (_what, status, body) => {
    books.answerWith(respond(status, body))
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
    expect(books.seen.length).toBe(1)
  })

  test('as nobody listens, is 502', async () => {
    await using lonely = await startDetails(v2(`http://127.0.0.1:${await refusingPort()}/volumes`))
    expect(await ask(lonely.origin, '/details/0')).toEqual(failed)
  })

  test('as it hangs up, is 502', async () => {
    books.answerWith(({ socket }) => socket.destroy())
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
  })

  test('as it leads in a circle, is 502, after five steps', async () => {
    books.answerWith((request, response) => respond(302, '', { location: `${request.url}x` })(request, response))
    expect(await ask(details.origin, '/details/0')).toEqual(failed)
    expect(books.seen.length).toBe(6)
  })

  test.each([
    ['says nothing', hang],
    ['never comes to an end', beginOnly]
  ])('as it %s in time, is 504', async (_what, answer) => {
    books.answerWith(answer)
    await using hasty = await startDetails(v2(`${books.origin}/volumes`), { bookServiceTimeoutMs: 150 })
    expect(await ask(hasty.origin, '/details/0')).toEqual(late)
  })

  test('is told to the log, with the reason', async () => {
    books.answerWith(respond(503))
    const before = details.log.lines.length
    await ask(details.origin, '/details/0')
    expect(details.log.lines.slice(before)).toContainEqual(
      expect.objectContaining({ level: 'warn', upstream: 'book service', status: 503, msg: 'upstream failed' })
    )
  })

  test('that moved is followed', async () => {
    books.answerWith((request, response) =>
      (request.url === '/moved' ? respond(200, volumes()) : respond(301, '', { location: '/moved' }))(request, response)
    )
    expect(await ask(details.origin, '/details/0')).toEqual(found(0))
  })
})

describe('what the external service learns', () => {
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

  test('is nothing of who asks', async () => {
    await ask(details.origin, '/details/0', { headers: all })
    expect(learned(books.seen[0])).toEqual({})
  })

  test('is trace context, where the settings ask for it', async () => {
    const env = { ...v2(`${books.origin}/volumes`), BOOK_SERVICE_TRACE_CONTEXT: 'true' }
    await using telling = await startDetails(env)
    await ask(telling.origin, '/details/0', { headers: all })
    expect(learned(books.seen[0])).toEqual(trace)
  })
})

describe('the last good answer', () => {
  const remembering = { ...v2(`${books.origin}/volumes`), BOOK_FRESH_SECONDS: '60', BOOK_STALE_SECONDS: '600' }

  test('is fresh for a minute, then asked for again', async () => {
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

  test('stands in for a failure for ten minutes more, while the service is asked each time', async () => {
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

  test('is no failure', async () => {
    await using service = await startDetails(remembering)
    books.answerWith(respond(200, { items: [] }))
    expect(await ask(service.origin, '/details/0')).toEqual(failed)
    books.answerWith(respond(200, volumes()))
    expect(await ask(service.origin, '/details/0')).toEqual(found(0))
  })

  test('is waited for by all who ask meanwhile', async () => {
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
