import type { RequestListener } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { addressOf, ask, hang, json, refusingPort, respond, startTinyServer } from '@bookinfo/service-kit/testing'
import {
  openStarsForm,
  postJson,
  postStars,
  readStarsForm,
  signIn,
  startProductpage,
  startSuite,
  visitForStars
} from './support/index.ts'

const suite = await startSuite({ reviews: ['v2'] })
afterAll(() => suite[Symbol.asyncDispose]())

/** A productpage before ratings that answer as a test says, and remember what was posted. */
async function startBeforeRatings(answers: Record<string, RequestListener>, deps = {}) {
  await using starting = new AsyncDisposableStack()
  const posted: unknown[] = []
  const ratings = starting.use(
    await startTinyServer(async (request, response) => {
      if (request.method === 'POST') posted.push(await readJson(request))
      const answer = answers[request.method ?? ''] ?? respond(404)
      answer(request, response)
    })
  )
  const nobody = await refusingPort()
  const page = starting.use(
    await startProductpage(
      { ...addressOf('ratings', ratings.port), ...addressOf('details', nobody), ...addressOf('reviews', nobody) },
      deps
    )
  )
  const running = starting.move()
  return { origin: page.origin, ratings, posted, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Only what is never answered should cost its time: the machine may have much else to do. */
const budgetFor = (answers: Record<string, RequestListener>) =>
  Object.values(answers).includes(hang) ? { upstreamTimeoutMs: 400 } : {}

const some = { Reviewer1: 5, Reviewer2: 4 }
const readable = respond(200, { id: 0, ratings: some })
const writable = respond(200, '', { allow: 'GET, HEAD, OPTIONS, POST' })
const stored = respond(200, { id: 0, ratings: { ...some, jason: 4 } })

describe('the form', () => {
  test('is for signed-in users; only their pages call ratings, in their name', async () => {
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable })
    const { body } = await ask(page.origin, '/productpage')
    expect(readStarsForm(String(body))).toBeUndefined()
    expect(page.ratings.seen).toEqual([])
    expect(await openStarsForm(page.origin, await signIn(page.origin, 'jason'))).toMatchObject({
      action: './api/v1/products/0/stars',
      chosen: undefined
    })
    expect(page.ratings.seen.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
      'GET /ratings/0',
      'OPTIONS /ratings/0'
    ])
    for (const { headers } of page.ratings.seen) expect(headers).toContainEqual(['end-user', 'jason'])
  })

  const without: [what: string, answers: Record<string, RequestListener>][] = [
    ['cannot store', { GET: readable, OPTIONS: respond(200, '', { allow: 'GET, HEAD, OPTIONS' }) }],
    ['send no Allow', { GET: readable, OPTIONS: respond(200) }],
    ['never answer OPTIONS, as the original', { GET: readable, OPTIONS: hang }],
    ['answer OPTIONS with 503', { GET: readable, OPTIONS: respond(503) }],
    ['fail to read', { GET: respond(503), OPTIONS: writable }],
    ['send wrong ratings', { GET: respond(200, { id: 0, ratings: { Reviewer1: 99 } }), OPTIONS: writable }]
  ]
  test.each(without)('is missing if ratings %s', async (_what, answers) => {
    await using page = await startBeforeRatings(answers, budgetFor(answers))
    const cookie = await signIn(page.origin, 'jason')
    const { status, body } = await ask(page.origin, '/productpage', { headers: { cookie } })
    expect(status).toBe(200)
    expect(readStarsForm(String(body))).toBeUndefined()
    expect(body).not.toContain('your-stars')
  })

  test.each([
    [{}, 'You have given no stars yet. Nobody has given any.'],
    [{ Reviewer1: 0, Reviewer2: 4 }, 'You have given no stars yet. On average it has 4.0 of 5, from 1 reader.'],
    [{ jason: 1 }, 'You gave 1 star. On average it has 1.0 of 5, from 1 reader.'],
    [{ jason: 0 }, 'You have given no stars yet. Nobody has given any.']
  ])('describes the ratings %j', async (ratings, words) => {
    await using page = await startBeforeRatings({ GET: respond(200, { id: 0, ratings }), OPTIONS: writable })
    const cookie = await signIn(page.origin, 'jason')
    expect((await ask(page.origin, '/productpage', { headers: { cookie } })).body).toContain(words)
  })

  test('does not have the words that Istio’s tests search for in reviews with stars', async () => {
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable })
    const cookie = await signIn(page.origin, 'jason')
    expect((await ask(page.origin, '/productpage', { headers: { cookie } })).body).not.toContain('glyphicon')
  })
})

describe('ratings', () => {
  test.each([
    ['v1 get one reader’s', { 'x-service-version': 'v1' }, { jason: 4 }],
    ['v2 get one reader’s', { 'x-service-version': 'v2' }, { jason: 4 }],
    ['of the original get the stars of all readers', {}, { ...some, jason: 4 }]
  ])('%s stars, with the user in end-user', async (_which, version, posted) => {
    const read = respond(200, { id: 0, ratings: { ...some, Reviewer3: 0 } }, version)
    await using page = await startBeforeRatings({ GET: read, OPTIONS: writable, POST: stored })
    const { cookie, token } = await visitForStars(page.origin, 'jason')
    expect((await postStars(page.origin, { stars: '4', token }, { cookie, 'x-request-id': 'r1' })).status).toBe(303)
    expect(page.posted).toEqual([posted])
    const post = page.ratings.seen.find(({ method }) => method === 'POST')
    // The original takes the id from behind the last slash, and the number at its beginning.
    expect(post?.url).toBe('/ratings/0?keep=others')
    expect(post?.headers).toEqual(
      expect.arrayContaining([
        ['end-user', 'jason'],
        ['x-request-id', 'r1']
      ])
    )
  })

  const failures: [what: string, answers: Record<string, RequestListener>, status: number, apiStatus: number][] = [
    ['refuse', { POST: respond(501, { error: 'Post not implemented for database backed ratings' }) }, 502, 501],
    ['answer 503', { POST: respond(503) }, 502, 503],
    ['hang up', { POST: ({ socket }) => socket.destroy() }, 502, 500],
    ['are silent', { POST: hang }, 504, 500],
    ['take the stars and lose them', { POST: readable }, 502, 500],
    ['send text', { POST: respond(200, 'stored') }, 502, 500],
    ['redirect to a read', { POST: respond(302, '', { location: '/ratings/0' }) }, 502, 500],
    ['answer 201', { POST: respond(201, { id: 0, ratings: some }) }, 502, 502],
    ['answer 304', { POST: respond(304) }, 502, 502],
    ['answer 999', { POST: respond(999) }, 502, 502]
  ]
  test.each(failures)('that %s: the page says so, and the stars stay chosen', async (_what, answers, status) => {
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable, ...answers }, budgetFor(answers))
    // A token is good at every replica, and this one may be short of time.
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    const answer = await postStars(page.origin, { stars: '4', token }, { cookie })
    expect([answer.status, answer.type]).toEqual([status, 'text/html; charset=utf-8'])
    expect(answer.body).toContain('Your stars could not be stored')
    expect(readStarsForm(String(answer.body))?.chosen).toBe(4)
  })

  test.each(failures)(
    'that %s: the API answers with the status and the sentence of a failure',
    async (_what, answers, _status, status) => {
      await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable, ...answers }, budgetFor(answers))
      const cookie = await signIn(page.origin, 'jason')
      expect(await postJson(page.origin, cookie, '{"stars":4}')).toEqual(
        json(status, { error: 'Sorry, product ratings are currently unavailable for this book.' })
      )
    }
  )

  test.each([
    [409, 'a product has ratings of at most 100 reviewers, and these would be more'],
    [400, 'please provide valid ratings JSON'],
    [413, 'the request body is larger than 16384 bytes']
  ])('that refuse with %i: the reader gets the reason', async (status, error) => {
    const body = JSON.stringify({ error })
    const refuse = respond(status, body, { 'content-length': String(body.length) })
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable, POST: refuse })
    const { cookie, token } = await visitForStars(page.origin, 'jason')
    const answer = await postStars(page.origin, { stars: '4', token }, { cookie })
    expect([answer.status, answer.type]).toEqual([status, 'text/html; charset=utf-8'])
    expect(answer.body).toContain(error)
    expect(readStarsForm(String(answer.body))?.chosen).toBe(4)
    expect(await postJson(page.origin, cookie, '{"stars":4}')).toEqual(json(status, { error }))
  })

  test('that fail at every call: the form stays, and nothing is posted', async () => {
    let gone = false
    const unless =
      (answer: RequestListener): RequestListener =>
      (request, response) =>
        (gone ? respond(503) : answer)(request, response)
    await using page = await startBeforeRatings({ GET: unless(readable), OPTIONS: unless(writable), POST: stored })
    const { cookie, token } = await visitForStars(page.origin, 'jason')
    gone = true
    const answer = await postStars(page.origin, { stars: '4', token }, { cookie })
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('Your stars could not be stored')
    expect(readStarsForm(String(answer.body))).toMatchObject({ chosen: 4 })
    expect(page.posted).toEqual([])
    gone = false
    const again = readStarsForm(String(answer.body))?.token ?? ''
    expect((await postStars(page.origin, { stars: '4', token: again }, { cookie })).status).toBe(303)
  })
})
