import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ask, json, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { externalBook, startDetails, v2, volumes } from './support/index.ts'

const books = await startTinyServer(respond(200, volumes()))
afterAll(() => books[Symbol.asyncDispose]())
beforeEach(() => {
  books.seen.length = 0
  books.answerWith(respond(200, volumes()))
})

const found = (id: number, changes: Record<string, unknown> = {}) => json(200, { id, ...externalBook, ...changes })
const failed = json(502, { error: 'the book service is currently unavailable' })

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
