import { describe, expect, test } from 'vitest'
import { ask, signIn, type SuiteOptions } from '../support/index.ts'
import { startRecordedSuite, treeOf, type Branch } from './recorded-suite.ts'

const detailsCall: Branch = branch('productpage CLIENT GET /details/0 200', [
  branch('details SERVER GET /details/:id 200')
])
const rendering: Branch = branch('productpage INTERNAL render page')
const ratingsCall = (version: string): Branch =>
  branch(`reviews-${version} CLIENT GET /ratings/0 200`, [branch('ratings SERVER GET /ratings/:id 200')])
const reviewsCall = (version: string, children: Branch[], resend = ''): Branch =>
  branch(`productpage CLIENT GET /reviews/0 200${resend}`, [
    branch(`reviews-${version} SERVER GET /reviews/:id 200`, children)
  ])

const scenes: Record<string, { suite: SuiteOptions; calls: Branch[] }> = {
  'reviews v1 call nobody': { suite: { reviews: ['v1'] }, calls: [detailsCall, reviewsCall('v1', [])] },
  'reviews v2 call ratings': {
    suite: { reviews: ['v2'] },
    calls: [detailsCall, reviewsCall('v2', [ratingsCall('v2')])]
  },
  'reviews v3 call ratings': {
    suite: { reviews: ['v3'] },
    calls: [detailsCall, reviewsCall('v3', [ratingsCall('v3')])]
  },
  'details cannot be reached': {
    suite: { reviews: ['v1'], down: ['details'] },
    calls: [branch('productpage CLIENT GET /details/0 no answer ERROR ECONNREFUSED'), reviewsCall('v1', [])]
  },
  'reviews cannot be reached, and are tried twice': {
    suite: { down: ['reviews'] },
    calls: [
      detailsCall,
      branch('productpage CLIENT GET /reviews/0 no answer ERROR ECONNREFUSED'),
      branch('productpage CLIENT GET /reviews/0 no answer ERROR ECONNREFUSED resend 1')
    ]
  },
  'ratings cannot be reached': {
    suite: { reviews: ['v3'], down: ['ratings'] },
    calls: [detailsCall, reviewsCall('v3', [branch('reviews-v3 CLIENT GET /ratings/0 no answer ERROR ECONNREFUSED')])]
  }
}

describe('the trace of a page', () => {
  test.each(Object.entries(scenes))('%s', async (_name, { suite: options, calls }) => {
    await using recorded = await startRecordedSuite(options)
    const response = await fetch(`${recorded.suite.productpage}/productpage`)
    await response.text()
    const spans = await recorded.stop()
    expect(treeOf(spans)).toEqual([branch('productpage SERVER GET /productpage 200', [...calls, rendering])])
    const root = spans.find(({ span }) => span.parentSpanContext === undefined)?.span.spanContext()
    expect(spans.filter(({ span }) => span.spanContext().traceId !== root?.traceId)).toEqual([])
    expect(response.headers.get('traceresponse')).toBe(`00-${root?.traceId}-${root?.spanId}-01`)
  })
})

describe('the trace of a signed-in user', () => {
  const askedForStars = branch('productpage CLIENT GET /ratings/0 200', [branch('ratings SERVER GET /ratings/:id 200')])

  async function treeOfStars(act: (productpage: string, cookie: string) => Promise<unknown>): Promise<Branch[]> {
    await using recorded = await startRecordedSuite({ reviews: ['v1'] })
    const { productpage } = recorded.suite
    await act(productpage, await signIn(productpage, 'jason'))
    return treeOf(await recorded.stop()).filter(({ span }) => !span.includes('/login'))
  }

  test('contains the calls to ratings for the stars form', async () => {
    const tree = await treeOfStars((origin, cookie) => ask(origin, '/productpage', { headers: { cookie } }))
    const possible = branch('productpage CLIENT OPTIONS /ratings/0 200', [
      branch(expect.stringMatching(/^ratings SERVER OPTIONS .*200$/))
    ])
    expect(tree).toEqual([
      branch('productpage SERVER GET /productpage 200', [
        detailsCall,
        askedForStars,
        reviewsCall('v1', []),
        possible,
        rendering
      ])
    ])
  })

  test('contains the read and the write of stars', async () => {
    const tree = await treeOfStars((origin, cookie) =>
      ask(origin, '/api/v1/products/0/stars', {
        method: 'POST',
        body: '{"stars":4}',
        headers: { cookie, 'content-type': 'application/json' }
      })
    )
    const given = branch('productpage CLIENT POST /ratings/0 200', [branch('ratings SERVER POST /ratings/:id 200')])
    expect(tree).toEqual([branch('productpage SERVER POST /api/v1/products/:id/stars 200', [askedForStars, given])])
  })
})

test('a refused request is no error, and its path is in no span', async () => {
  await using recorded = await startRecordedSuite()
  const secret = 'a-path-that-nobody-should-see'
  for (const path of [`/api/v1/products/${secret}`, `/${secret}`]) {
    await fetch(`${recorded.suite.productpage}${path}?token=${secret}`, {
      headers: { authorization: `Bearer ${secret}`, cookie: `session=${secret}` }
    })
  }
  const spans = await recorded.stop()
  expect(treeOf(spans)).toEqual([
    branch('productpage SERVER GET /api/v1/products/:id 400'),
    branch('productpage SERVER GET 404')
  ])
  expect(JSON.stringify(spans.map(({ span }) => [span.name, span.attributes]))).not.toContain(secret)
})

test('probes and scrapes make no spans', async () => {
  await using recorded = await startRecordedSuite()
  for (const path of ['/health', '/livez', '/readyz', '/metrics', '/openapi.json']) {
    await fetch(`${recorded.suite.details}${path}`)
  }
  await fetch(`${recorded.suite.details}/details/0`)
  expect(treeOf(await recorded.stop())).toEqual([branch('details SERVER GET /details/:id 200')])
})

function branch(span: string, children: Branch[] = []): Branch {
  return { span, children }
}
