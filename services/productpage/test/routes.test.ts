import { afterAll, describe, expect, test } from 'vitest'
import { originalBook, wrongIds } from '@bookinfo/contracts/testing'
import {
  ask,
  askFully,
  empty,
  expectAll,
  expectNotAllowed,
  expectNotFound,
  json,
  notFound,
  type Expected,
  type TestResponse
} from '@bookinfo/service-kit/testing'
import { startSuite } from './support/index.ts'

const suite = await startSuite({ reviews: ['v2'] })
afterAll(() => suite[Symbol.asyncDispose]())
const origin = suite.productpage

const products = json(200, [
  {
    id: 0,
    title: 'The Comedy of Errors',
    descriptionHtml:
      '<a href="https://en.wikipedia.org/wiki/The_Comedy_of_Errors">Wikipedia Summary</a>: The Comedy of Errors is one ' +
      "of <b>William Shakespeare's</b> early plays. It is his shortest and one of his most farcical comedies, with a " +
      'major part of the humour coming from slapstick and mistaken identity, in addition to puns and word play.'
  }
])
const book = (id: number): TestResponse => json(200, { ...originalBook, id })
const reviews = (id: string): TestResponse =>
  json(200, {
    id,
    podname: 'reviews-v2-pod',
    clustername: 'null',
    reviews: [
      {
        reviewer: 'Reviewer1',
        text: 'An extremely entertaining play by Shakespeare. The slapstick humour is refreshing!',
        rating: { stars: 5, color: 'black' }
      },
      {
        reviewer: 'Reviewer2',
        text: 'Absolutely fun and entertaining. The play lacks thematic depth when compared to other plays by Shakespeare.',
        rating: { stars: 4, color: 'black' }
      }
    ]
  })
const ratings = (id: number): TestResponse => json(200, { id, ratings: { Reviewer1: 5, Reviewer2: 4 } })
const healthy: TestResponse = { status: 200, type: 'text/html; charset=utf-8', body: 'Product page is healthy' }
const noNumber = json(400, { error: 'please provide numeric product id' })
const READ = 'GET, HEAD, OPTIONS'

const table: Expected[] = [
  ...expectAll(['GET /health', 'GET /health?x=1'], healthy),
  ['HEAD', '/health', empty(healthy)],

  ...expectAll(['GET /api/v1/products', 'GET /api/v1/products?x=1', 'GET //api/v1/products'], products),
  ['HEAD', '/api/v1/products', empty(products)],
  ...expectAll(['GET /api/v1/products/0', 'GET /api/v1/products/%30'], book(0)),
  ['HEAD', '/api/v1/products/0', empty(book(0))],
  ['GET', '/api/v1/products/0/reviews', reviews('0')],
  ['HEAD', '/api/v1/products/0/reviews', empty(reviews('0'))],
  ['GET', '/api/v1/products/0/ratings', ratings(0)],
  ['HEAD', '/api/v1/products/0/ratings', empty(ratings(0))],
  // Only the list is limited to product 0.
  ['GET', '/api/v1/products/1', book(1)],
  ['GET', '/api/v1/products/1/reviews', reviews('1')],
  ['GET', '/api/v1/products/42/ratings', ratings(42)],
  ['GET', '/api/v1/products/2147483647', book(2_147_483_647)],
  ['GET', '/api/v1/products/2147483647/reviews', reviews('2147483647')],
  // Every service reads these as decimal now.
  ['GET', '/api/v1/products/007', book(7)],
  ['GET', '/api/v1/products/007/reviews', reviews('7')],
  ['GET', '/api/v1/products/010', book(10)],
  ['GET', '/api/v1/products/010/ratings', ratings(10)],

  ...expectNotFound(
    'GET /api/v1',
    'GET /api',
    'GET /api/v1/products/',
    'GET /api/v1/products/0/',
    'GET /api/v2/products'
  ),
  ...expectNotFound('GET /api/v1/products/0/reviews/', 'GET /api/v1/products/0/details', 'GET /productpage/'),
  ...expectNotFound('GET /Productpage', 'GET /health/', 'GET /index.htm', 'GET /reviews/0', 'GET /ratings/0'),
  ...expectNotFound('GET /details/0', 'GET /robots.txt', 'GET /nope', 'HEAD /nope', 'POST /nope', 'OPTIONS /nope'),

  ...expectNotAllowed(['DELETE /', 'POST /index.html', 'PUT /health', 'POST /productpage', 'PATCH /productpage'], READ),
  ...expectNotAllowed(['POST /logout', 'POST /api/v1/products', 'POST /api/v1/products/0', 'POST /metrics'], READ),
  ...expectNotAllowed(['PUT /api/v1/products/0', 'DELETE /api/v1/products/0/reviews'], READ),
  ...expectNotAllowed(['TRACE /api/v1/products/0/ratings'], READ),
  ...expectNotAllowed(['GET /login', 'PUT /login'], 'OPTIONS, POST')
]

/** The original pasted ids into the address of an upstream, so a slash in them led elsewhere. */
const refusedPaths = [...wrongIds, '0%2F1', '..%2F..%2Fmetrics'].flatMap((id) =>
  ['', '/reviews', '/ratings'].map((rest) => `/api/v1/products/${id}${rest}`)
)

describe('productpage', () => {
  test.each(table)('answers %s %s', async (method, path, answer) => {
    expect(await ask(origin, path, { method })).toEqual(answer)
  })

  test.each(refusedPaths)('refuses %s', async (path) => {
    expect(await ask(origin, path)).toEqual(noNumber)
  })

  const readPaths = ['/', '/index.html', '/health', '/productpage', '/logout', '/static/img/izzy.png', '/metrics']
  const apiPaths = ['', '/0', '/0/reviews', '/0/ratings'].map((rest) => `/api/v1/products${rest}`)
  const reads = [...readPaths, ...apiPaths].map((path) => ({ path, allow: READ }))
  test.each([...reads, { path: '/login', allow: 'OPTIONS, POST' }])(
    'says what $path allows',
    async ({ path, allow }) => {
      const { status, body, headers } = await askFully(origin, path, { method: 'OPTIONS' })
      expect({ status, body, allow: headers['allow'] }).toEqual({ status: 200, body: '', allow })
      expect((await askFully(origin, path, { method: 'DELETE' })).headers['allow']).toBe(allow)
    }
  )

  test('forwards answers unchanged, with their fields in order', async () => {
    const [page, service] = await Promise.all([
      ask(origin, '/api/v1/products/0/reviews'),
      ask(suite.reviews.v2, '/reviews/0')
    ])
    expect(JSON.stringify(page.body)).toBe(JSON.stringify(service.body))
  })

  test.each([
    ['text/html', true],
    ['TEXT/HTML;level=1', true],
    ['text/html, application/json', true],
    ['application/json;q=0.5, text/html', true],
    ['application/json, text/html;q=0.5', false],
    ['text/html;q=0', false],
    ['application/xhtml+xml', false],
    ['*/*', false]
  ])('answers an error with HTML or JSON by Accept: %s', async (accept, isHtml) => {
    const { type, headers } = await askFully(origin, '/nope', { headers: { accept } })
    expect(type).toBe(isHtml ? 'text/html; charset=utf-8' : 'application/json')
    expect(headers['vary']).toContain('Accept')
  })

  test('answers an unknown path with a page for a browser, and JSON for a program', async () => {
    const page = await ask(origin, '/nope', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
    expect({ status: page.status, type: page.type }).toEqual({ status: 404, type: 'text/html; charset=utf-8' })
    expect(page.body).toContain('there is no /nope here')
    expect(await ask(origin, '/api/v1/nope', { headers: { accept: 'text/html' } })).toEqual(notFound('/api/v1/nope'))
  })

  test('escapes what it repeats of a path', async () => {
    const page = await ask(origin, '/<script>alert(1)</script>', { headers: { accept: 'text/html' } })
    expect(page.status).toBe(404)
    expect(page.body).not.toContain('<script>')
  })
})
