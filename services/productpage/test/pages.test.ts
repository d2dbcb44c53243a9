import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { addressOf, ask, askFully, respond, startTinyServer } from '@bookinfo/service-kit/testing'
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

  test.each(['/productpage?u=normal', '/productpage?u=test', '/productpage?', '//productpage'])(
    'is served at %s too',
    async (path) => {
      expect(await pageOf(suite.productpage, path)).toContain('<title>Simple Bookstore App</title>')
    }
  )

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

describe('the home page', () => {
  test.each(['/', '/index.html', '/?x=1'])('is served at %s', async (path) => {
    const page = await pageOf(suite.productpage, path)
    expect(page).toContain('This is a simple bookstore application consisting of three services as shown below')
    for (const text of ['./productpage?u=normal', 'Normal user', './productpage?u=test', 'Test user'])
      expect(page).toContain(text)
    for (const name of ['details', 'reviews', 'ratings']) expect(page).toContain(name)
  })

  test('shows the addresses of the services', async () => {
    await using productpage = await startProductpage({ SERVICES_DOMAIN: 'test.svc', REVIEWS_HOSTNAME: 'a,b:81' })
    const page = await pageOf(productpage.origin, '/')
    for (const origin of ['details.test.svc:9080', 'a.test.svc:9080', 'b.test.svc:81', 'ratings.test.svc:9080']) {
      expect(page).toContain(`http://${origin}`)
    }
  })
})

test('the page of the API shows the fields of an answer', async () => {
  const page = await pageOf(suite.productpage, '/docs')
  expect(page).toContain('year: number or string or null')
})

test('each command and each link of the page of the API works', async () => {
  const page = await pageOf(suite.productpage, '/docs')
  const commands = [...page.matchAll(/<code>(curl [^<]*)<\/code>/g)].map(([, text]) => text?.replaceAll('&#39;', "'"))
  expect(commands).toHaveLength([...page.matchAll(/<article class="card operation"/g)].length)
  expect(commands).toContain("curl -s -b cookies -c cookies -d 'username=jason' $BOOKINFO/login")
  const script = commands.map((command) => `${command} --fail --output /dev/null`).join('\n')
  const cwd = await mkdtemp(join(tmpdir(), 'bookinfo-docs-'))
  await promisify(execFile)('sh', ['-ec', script.replaceAll('&quot;', '"')], {
    cwd,
    env: { ...process.env, BOOKINFO: suite.productpage }
  })
  const links = [...page.matchAll(/<a href="([^"]*)">Try it/g)].map(
    ([, link]) => new URL(link ?? '', 'http://site/docs').pathname
  )
  expect(links.length).toBeGreaterThan(5)
  for (const link of links) expect([200, 302]).toContain((await ask(suite.productpage, link)).status)
  const ids = [...page.matchAll(/<a class="more" href="#([^"]*)"/g)].map(([, id]) => id)
  for (const id of ids) expect(page).toContain(`id="${id}"`)
})

describe('every page', () => {
  test.each(['/', '/productpage', '/docs', '/nope', '/a/deep/path'])(
    'is complete and has no scripts: %s',
    async (path) => {
      const { body, headers } = await askFully(suite.productpage, path, { headers: { accept: 'text/html' } })
      const page = String(body)
      expect(page.slice(0, 32)).toMatch(/^<!doctype html>\s*<html lang="en">/)
      expect(page.trimEnd()).toMatch(/<\/body>\s*<\/html>$/)
      expect(page).not.toMatch(/<script|\son[a-z]+=|javascript:|<style|\sstyle=/i)
      const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
      expect(ids).toEqual([...new Set(ids)])
      expect(
        [...page.matchAll(/(?:src|<link [^>]*href)="([^"]*)"/g)].filter(
          ([, url]) => !/^(\.\/|(\.\.\/)+)static\//.test(url ?? '')
        )
      ).toEqual([])
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toContain('unsafe-inline')
    }
  )

  test.each([
    ['/', 200],
    ['/productpage', 200],
    ['/docs', 200],
    ['/nope', 404],
    ['/login', 405]
  ])('is for its reader alone, not for shared caches: %s', async (path, status) => {
    const answer = await askFully(suite.productpage, path, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(status)
    expect(String(answer.headers['vary']).toLowerCase().split(/, */)).toContain('cookie')
    expect(answer.headers['cache-control']).toBe('private, no-cache')
  })

  test.each([
    [{}, "'self'", 'SAMEORIGIN'],
    [{ FRAME_ANCESTORS: 'none' }, "'none'", undefined],
    [{ FRAME_ANCESTORS: '*' }, '*', undefined],
    [{ FRAME_ANCESTORS: 'self, https://*.training.example:8443' }, "'self' https://*.training.example:8443", undefined]
  ])('may be framed by the sites in the settings: %j', async (env, ancestors, older) => {
    await using productpage = await startProductpage(env)
    const { headers } = await askFully(productpage.origin, '/')
    expect(String(headers['content-security-policy'])).toMatch(
      new RegExp(`frame-ancestors ${RegExp.escape(ancestors)}$`)
    )
    expect(headers['x-frame-options']).toBe(older)
  })

  test.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['identity', undefined],
    ['', undefined]
  ])('is compressed for a browser that takes %j', async (accepted, coding) => {
    const { headers } = await askFully(suite.productpage, '/productpage', { headers: { 'accept-encoding': accepted } })
    expect(headers['content-encoding']).toBe(coding)
  })
})
