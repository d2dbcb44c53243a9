import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  addressOf,
  ask,
  respond,
  reviewsVersions,
  startProductpage,
  startReviews,
  startTinyServer
} from '../support/index.ts'

/** Answers of an upstream in place of HTTP with JSON. */
const badAnswers: [what: string, answer: RequestListener][] = [
  ['a closed connection', ({ socket }) => socket.destroy()],
  ['not HTTP', ({ socket }) => socket.end('GARBAGE\r\n\r\n')],
  ['two lengths', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}')],
  ['a body shorter than its length', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}')],
  ['a broken chunk', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')],
  ['a head of 100 KB', ({ socket }) => socket.end(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n{}`)],
  [
    'a switch of protocols',
    ({ socket }) => socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')
  ],
  ['a redirect to a file', respond(302, '', { location: 'file:///etc/passwd' })],
  ['a redirect to itself', (request, response) => respond(307, '', { location: request.url ?? '' })(request, response)],
  ['an empty body', respond(200)],
  ['HTML', respond(200, '<!doctype html><title>x</title>')],
  ['half of JSON', respond(200, '{"id":0,"ratings":{"Reviewer1":')],
  ['bytes that are not UTF-8', respond(200, '\u00ff\u00fe\0\0')],
  ['unrequested gzip', respond(200, '\u001f\u008b\b\0', { 'content-encoding': 'gzip' })],
  ['arrays a hundred thousand deep', respond(200, '['.repeat(100_000))],
  ['a megabyte', respond(200, JSON.stringify({ id: 0, ratings: {}, padding: 'x'.repeat(1_000_000) }))],
  ['a prototype', respond(200, '{"__proto__":{"id":0,"ratings":{}}}')],
  ['JSON of another shape', respond(200, { id: 'x', ratings: [], reviews: 'none', podname: 7 })]
]

describe('bad answers of upstreams', () => {
  test.each(badAnswers)('%s', async (_what, answer) => {
    await using upstream = await startTinyServer(answer)
    const { port } = upstream
    const addresses = { ...addressOf('details', port), ...addressOf('reviews', port), ...addressOf('ratings', port) }
    await using page = await startProductpage(addresses)
    await using reviews = await startReviews({ ...reviewsVersions.v2, ...addresses })

    const sorry = (what: string) => ({ error: `Sorry, product ${what} are currently unavailable for this book.` })
    for (const [path, what] of [
      ['', 'details'],
      ['/reviews', 'reviews'],
      ['/ratings', 'ratings']
    ] as const) {
      const { status, body } = await ask(page.origin, `/api/v1/products/0${path}`)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body).toEqual(sorry(what))
    }
    const { status, body } = await ask(page.origin, '/productpage')
    expect(status).toBe(200)
    expect(body).toContain(sorry('details').error)
    expect(body).toContain(sorry('reviews').error)

    const noRating = { error: 'Ratings service is currently unavailable' }
    expect(await ask(reviews.origin, '/reviews/0')).toMatchObject({
      status: 200,
      body: { reviews: [{ rating: noRating }, { rating: noRating }] }
    })
    for (const { origin } of [page, reviews]) expect((await ask(origin, '/livez')).status).toBe(200)
  })
})
