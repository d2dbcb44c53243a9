import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  addressOf,
  ask,
  hang,
  json,
  refusingPort,
  respond,
  startTinyServer,
  type TestResponse
} from '@bookinfo/service-kit/testing'
import { startProductpage } from './support/index.ts'

/** The three services in one; what it answers differs from test to test. */
const upstream = await startTinyServer(hang)
const addresses = (port: number) => ({
  ...addressOf('details', port),
  ...addressOf('reviews', port),
  ...addressOf('ratings', port)
})
const productpage = await startProductpage(addresses(upstream.port))
/** The same with a short time limit. */
const hasty = await startProductpage(addresses(upstream.port), { upstreamTimeoutMs: 100 })
afterAll(async () => {
  await using stack = new AsyncDisposableStack()
  for (const server of [upstream, productpage, hasty]) stack.use(server)
})
beforeEach(() => {
  upstream.seen.length = 0
})

const book = {
  id: 0,
  author: 'a',
  year: 1,
  type: 't',
  pages: 1,
  publisher: 'p',
  language: 'l',
  'ISBN-10': '1',
  'ISBN-13': '2'
}
/** A body that is right for all three, so that only the status speaks. */
const anything = { ...book, podname: 'p', ratings: {}, reviews: [] }

const calls = [
  { what: 'details', path: '/api/v1/products/0', asked: '/details/0', attempts: 1 },
  { what: 'reviews', path: '/api/v1/products/0/reviews', asked: '/reviews/0', attempts: 2 },
  { what: 'ratings', path: '/api/v1/products/0/ratings', asked: '/ratings/0', attempts: 1 }
]

const sorry = (status: number, what: string): TestResponse =>
  json(status, { error: `Sorry, product ${what} are currently unavailable for this book.` })
const urls = () => upstream.seen.map(({ url }) => url)
const repeat = (url: string, times: number) => Array<string>(times).fill(url)

describe.each(calls)('$what that fail', ({ what, path, asked, attempts }) => {
  test.each([400, 401, 403, 404, 429, 500, 502, 503, 504, 555, 599])('with status %i pass it on', async (status) => {
    upstream.answerWith(respond(status, anything))
    expect(await ask(productpage.origin, path)).toEqual(sorry(status, what))
    expect(urls()).toEqual(repeat(asked, attempts))
  })

  test.each([201, 202, 204, 205, 206, 300, 301, 302, 304, 399, 600, 999])(
    'with status %i become 502',
    async (status) => {
      upstream.answerWith(respond(status, [204, 205, 304].includes(status) ? '' : anything))
      expect(await ask(productpage.origin, path)).toEqual(sorry(502, what))
      expect(urls()).toEqual(repeat(asked, attempts))
    }
  )

  test.each([
    ['', 'nothing'],
    ['<html>', 'no JSON'],
    ['{"id":', 'half of JSON'],
    ['null', 'null'],
    ['[]', 'a list'],
    ['5', 'a number'],
    ['{}', 'nothing in an object'],
    ['{"reviews":null}', 'reviews that are null'],
    [JSON.stringify({ ...anything, id: true }), 'an id that is none']
  ])('with status 200 and the body %j become 500, without a retry', async (body) => {
    upstream.answerWith(respond(200, body))
    expect(await ask(productpage.origin, path)).toEqual(sorry(500, what))
    expect(urls()).toEqual([asked])
  })

  test('by refusing connections become 500', async () => {
    await using alone = await startProductpage(addresses(await refusingPort()))
    expect(await ask(alone.origin, path)).toEqual(sorry(500, what))
  })

  test('by closing the connection become 500', async () => {
    // It has no kept connections, on which a call would be sent again.
    await using unused = await startProductpage(addresses(upstream.port))
    upstream.answerWith(({ socket }) => socket.destroy())
    expect(await ask(unused.origin, path)).toEqual(sorry(500, what))
    expect(urls()).toEqual(repeat(asked, attempts))
  })

  test('by silence become 500 after the time limit', async () => {
    upstream.answerWith(hang)
    expect(await ask(hasty.origin, path)).toEqual(sorry(500, what))
    expect(urls()).toEqual(repeat(asked, attempts))
  })

  test('by an endless answer become 500', async () => {
    upstream.answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"padding":"')
      const more = () => response.write('x'.repeat(100_000), (error) => error ?? more())
      more()
    })
    expect(await ask(productpage.origin, path)).toEqual(sorry(500, what))
  })

  test('are logged as a warning', async () => {
    upstream.answerWith(respond(503))
    await ask(productpage.origin, path)
    const warnings = productpage.log.lines.filter((line) => line.level === 'warn' && line['upstream'] === what)
    const words = {
      status: 503,
      method: 'GET',
      reason: 'status 503',
      attempt: attempts,
      attempts,
      msg: 'upstream failed'
    }
    expect(warnings.at(-1)).toMatchObject(words)
  })

  test('keep their error text from the caller', async () => {
    upstream.answerWith(respond(500, 'Traceback: password=hunter2'))
    expect(JSON.stringify(await ask(productpage.origin, path))).not.toContain('hunter2')
  })
})

describe('reviews', () => {
  test.each([404, 503])('that fail once with %i answer at the retry', async (status) => {
    // What a service says is handed on as text, fields that the contract does not know among them.
    upstream.answerWith((request, response) =>
      respond(upstream.seen.length === 1 ? status : 200, { ...anything, id: '0' })(request, response)
    )
    expect(await ask(productpage.origin, '/api/v1/products/0/reviews')).toEqual(json(200, { ...anything, id: '0' }))
    expect(urls()).toEqual(repeat('/reviews/0', 2))
  })

  test('are retried at once, at the next address', async () => {
    await using bad = await startTinyServer(respond(503))
    await using good = await startTinyServer(respond(200, { ...anything, id: '0' }))
    await using both = await startProductpage({ REVIEWS_HOSTNAME: `127.0.0.1:${bad.port},127.0.0.1:${good.port}` })
    expect((await ask(both.origin, '/api/v1/products/0/reviews')).status).toBe(200)
    expect([bad.seen.length, good.seen.length]).toEqual([1, 1])
  })
})

describe('a call', () => {
  afterEach(() => vi.useRealTimers())

  test('has a time limit of 3 seconds, on which the fault-injection lesson depends', async () => {
    const called = Promise.withResolvers<void>()
    upstream.answerWith(() => called.resolve())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let answered = false
    const answer = ask(productpage.origin, '/api/v1/products/0').finally(() => (answered = true))
    await called.promise
    await vi.advanceTimersByTimeAsync(2_900)
    expect(answered).toBe(false)
    await vi.advanceTimersByTimeAsync(100)
    expect(await answer).toEqual(sorry(500, 'details'))
  })
})
