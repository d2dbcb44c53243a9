import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { addressOf, ask, hang, json, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { originalBook } from '@bookinfo/contracts/testing'
import { startProductpage } from './support/index.ts'

/** The three services in one. Each test sets its answers. */
const upstream = await startTinyServer(hang)
const addresses = (port: number) => ({
  ...addressOf('details', port),
  ...addressOf('reviews', port),
  ...addressOf('ratings', port)
})
const productpage = await startProductpage(addresses(upstream.port))
afterAll(async () => {
  await productpage[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})
beforeEach(() => {
  upstream.seen.length = 0
})

/** A body that is valid for all three services. */
const anything = { ...originalBook, podname: 'p', ratings: {}, reviews: [] }
const urls = () => upstream.seen.map(({ url }) => url)

describe('an upstream that redirects', () => {
  test('is followed, as in the original', async () => {
    upstream.answerWith((request, response) =>
      (request.url === '/moved' ? respond(200, originalBook) : respond(302, '', { location: '/moved' }))(
        request,
        response
      )
    )
    expect(await ask(productpage.origin, '/api/v1/products/0')).toEqual(json(200, originalBook))
    expect(urls()).toEqual(['/details/0', '/moved'])
  })

  test('to an answer of the wrong shape fails', async () => {
    upstream.answerWith((request, response) =>
      (request.url === '/moved' ? respond(200, originalBook) : respond(302, '', { location: '/moved' }))(
        request,
        response
      )
    )
    const error = 'Sorry, product ratings are currently unavailable for this book.'
    expect(await ask(productpage.origin, '/api/v1/products/0/ratings')).toEqual(json(500, { error }))
  })
})

describe('the page', () => {
  test('calls details once, reviews twice and ratings never', async () => {
    upstream.answerWith(respond(503))
    expect((await ask(productpage.origin, '/productpage')).status).toBe(200)
    expect(urls().toSorted()).toEqual(['/details/0', '/reviews/0', '/reviews/0'])
  })

  test('calls details and reviews at the same time', async () => {
    const waiting: (() => void)[] = []
    // Neither is answered before both are there.
    upstream.answerWith((_request, response) => {
      waiting.push(() => respond(200, { ...anything, id: '0' })(_request, response))
      if (waiting.length === 2) for (const answer of waiting) answer()
    })
    expect((await ask(productpage.origin, '/productpage')).status).toBe(200)
    expect(urls().toSorted()).toEqual(['/details/0', '/reviews/0'])
  })

  test('calls reviews more often by the flood factor, and the API does not', async () => {
    upstream.answerWith(respond(200, { ...anything, id: '0' }))
    await using flooding = await startProductpage({ ...addresses(upstream.port), FLOOD_FACTOR: '3' })
    await ask(flooding.origin, '/productpage')
    expect(urls().toSorted()).toEqual(['/details/0', ...Array<string>(4).fill('/reviews/0')])
    await ask(flooding.origin, '/api/v1/products/0/reviews')
    expect(urls().length).toBe(6)
  })

  test('never calls a service for a wrong id', async () => {
    for (const id of ['abc', '..', '0%3Fx=1', '0%2F1']) await ask(productpage.origin, `/api/v1/products/${id}`)
    expect(urls()).toEqual([])
  })
})
