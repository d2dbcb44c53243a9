import { afterAll, describe, expect, test } from 'vitest'
import { addressOf, ask, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import { startProductpage, startSuite, type SuiteOptions } from './support/index.ts'
import type { ReviewsVersion } from '@bookinfo/reviews/testing'

const HTML = 'text/html; charset=utf-8'
const STARS = /glyphicon glyphicon-star/g
const SORRY_DETAILS = 'Sorry, product details are currently unavailable for this book.'
const SORRY_REVIEWS = 'Sorry, product reviews are currently unavailable for this book.'
const NO_RATINGS = 'Ratings service is currently unavailable'

const suite = await startSuite()
afterAll(() => suite[Symbol.asyncDispose]())

async function pageOf(origin: string, path = '/productpage'): Promise<string> {
  const { status, type, body } = await ask(origin, path)
  expect({ status, type }).toEqual({ status: 200, type: HTML })
  return String(body)
}

async function pageWith(options: SuiteOptions): Promise<string> {
  await using other = await startSuite(options)
  return await pageOf(other.productpage)
}

/** How many of each star a page shows. */
const starsIn = (page: string) => page.match(STARS)?.length ?? 0

describe('/productpage', () => {
  test('has the title that the documentation searches for', async () => {
    const page = await pageOf(suite.productpage)
    expect(page.match(/<title>.*<\/title>/g)).toEqual(['<title>Simple Bookstore App</title>'])
  })

  test('has one name for the site, and another avatar for each reviewer', async () => {
    const page = await pageOf(suite.productpage)
    const text = page.replace(/<title>.*<\/title>/, '').replaceAll(/<[^>]+>/g, ' ')
    expect(new Set(text.match(/book ?info|book ?store/gi))).toEqual(new Set(['Bookinfo']))
    const avatars = [...page.matchAll(/class="(avatar avatar-\d)" aria-hidden="true">(\w+)</g)]
    expect(avatars.map(([, , letters]) => letters)).toEqual(['R1', 'R2'])
    expect(new Set(avatars.map(([, colour]) => colour)).size).toBe(2)
  })

  test.each(['/productpage?u=normal', '/productpage?u=test', '/productpage?', '//productpage'])(
    'is served at %s too',
    async (path) => {
      expect(await pageOf(suite.productpage, path)).toContain('<title>Simple Bookstore App</title>')
    }
  )

  test('is in ASCII: one other character doubles the size of its text in memory, and the time to send it', async () => {
    expect(await pageOf(suite.productpage)).not.toMatch(/[^\0-\x7f]/)
  })

  test('answers HEAD', async () => {
    expect(await ask(suite.productpage, '/productpage', { method: 'HEAD' })).toEqual({
      status: 200,
      type: HTML,
      body: ''
    })
  })

  test('shows the book, its description and its details', async () => {
    const page = await pageOf(suite.productpage)
    expect(page).toContain("one of <b>William Shakespeare's</b> early plays")
    const headings = ['The Comedy of Errors', 'Book Details', 'Book Reviews']
    const facts = ['ISBN-10', '1234567890', 'PublisherA', '200', 'paperback', 'English']
    for (const text of [...headings, ...facts]) expect(page).toContain(text)
    for (const text of [SORRY_DETAILS, SORRY_REVIEWS, NO_RATINGS, 'Error fetching']) expect(page).not.toContain(text)
  })

  const versions: [version: ReviewsVersion, stars: number, color: string | undefined][] = [
    ['v1', 0, undefined],
    ['v2', 9, 'black'],
    ['v3', 9, 'red']
  ]
  test.each(versions)('with reviews %s shows %i stars in %s', async (version, stars, color) => {
    const page = await pageWith({ reviews: [version] })
    expect(page).toContain(`reviews-${version}-pod`)
    expect(starsIn(page)).toBe(stars)
    for (const other of ['black', 'red']) expect(page.includes(`stars-${other}`)).toBe(other === color)
    for (const text of ['Reviewer1', 'Reviewer2', 'The slapstick humour is refreshing!']) expect(page).toContain(text)
  })

  test('shows each version in turn', async () => {
    const pods: (string | undefined)[] = []
    for (let visit = 0; visit < 4; visit += 1)
      pods.push(/reviews-v[123]-pod/.exec(await pageOf(suite.productpage))?.[0])
    expect(new Set(pods)).toEqual(new Set(['reviews-v1-pod', 'reviews-v2-pod', 'reviews-v3-pod']))
    expect(pods[3]).toBe(pods[0])
  })
})

/** The page with these reviews, in answers with these headers. */
async function pageAfter(reviews: unknown, headers = {}): Promise<string> {
  await using upstream = await startTinyServer(respond(200, reviews, headers))
  await using productpage = await startProductpage({
    ...addressOf('reviews', upstream.port),
    ...addressOf('details', upstream.port)
  })
  return await pageOf(productpage.origin)
}

test('/productpage names pod and cluster of reviews, but not the word "null"', async () => {
  const reviews = { id: '0', podname: 'reviews-v1-abc', clustername: 'cluster-a', reviews: [] }
  expect(await pageAfter(reviews)).toContain('cluster-a')
  expect(await pageAfter({ ...reviews, clustername: 'null' })).not.toContain('on cluster')
  const unnamed = { ...reviews, podname: 'null', clustername: 'null' }
  expect(await pageAfter(unnamed)).not.toMatch(/null|served by/)
  const page = await pageAfter(unnamed, { 'x-service-version': 'v3' })
  expect(page).toContain('reviews v3')
  expect(page).not.toContain('null')
})

const failures: [down: ('details' | 'reviews' | 'ratings')[], shows: string[], hides: string[]][] = [
  [['details'], ['Error fetching product details', SORRY_DETAILS, 'Reviewer1'], [SORRY_REVIEWS]],
  [['reviews'], ['Error fetching product reviews', SORRY_REVIEWS, 'PublisherA'], [SORRY_DETAILS]],
  [['ratings'], [NO_RATINGS, 'Reviewer1'], ['Sorry']],
  [['details', 'reviews', 'ratings'], [SORRY_DETAILS, SORRY_REVIEWS, 'The Comedy of Errors'], []]
]
test.each(failures)('/productpage without %j', async (down, shows, hides) => {
  const page = await pageWith({ reviews: ['v3'], down })
  for (const text of shows) expect(page).toContain(text)
  for (const text of hides) expect(page).not.toContain(text)
  // An error of ratings is in each of the two reviews, in place of the stars.
  expect(page.split(NO_RATINGS).length - 1).toBe(down[0] === 'ratings' ? 2 : 0)
  expect(starsIn(page)).toBe(down[0] === 'details' && down.length === 1 ? 9 : 0)
})

describe('the text of reviews', () => {
  const hostile = '<script>alert("1")</script>'
  const review = { reviewer: hostile, text: hostile, rating: { error: hostile } }

  test('is not markup', async () => {
    const page = await pageAfter({ id: '0', podname: hostile, clustername: hostile, reviews: [review] })
    expect(page).not.toContain('<script')
    expect(page.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;').length - 1).toBe(5)
  })

  const rated = (stars: unknown, color = 'red') => ({ reviewer: 'r', text: 't', rating: { stars, color } })
  const answer = (...reviews: unknown[]) => ({ id: '0', podname: 'p', reviews })

  test('has no star for 0, and five at most', async () => {
    expect(starsIn(await pageAfter(answer(rated(0), rated(1), rated(5))))).toBe(6)
  })

  test.each([
    ['no JSON', '<html>'],
    ['an empty object', {}],
    ['no reviews', { ...answer(), reviews: null }],
    ['stars in text', answer(rated('4'))],
    ['half a star', answer(rated(2.5))],
    ['a giant number of stars', answer(rated(1_215_752_191))],
    ['a colour that would be markup', answer(rated(4, '"><b>'))],
    ['a thousand reviews', answer(...Array.from({ length: 1000 }, () => ({ reviewer: 'x', text: 's' })))]
  ])('is a failure of reviews if it is %s', async (_what, reviews) => {
    const page = await pageAfter(reviews)
    expect(page).toContain(SORRY_REVIEWS)
    expect(page.length).toBeLessThan(20_000)
  })
})
