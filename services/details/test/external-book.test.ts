import type { RequestListener } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ask, askFully, hang, json, refusingPort, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { externalBook, startDetails, v2, volumes } from './support/index.ts'

const books = await startTinyServer(respond(200, volumes()))
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
