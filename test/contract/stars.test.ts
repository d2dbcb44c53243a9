import { mkdtemp, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json as readJson } from 'node:stream/consumers'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  addressOf,
  ask,
  askFully,
  askRaw,
  hang,
  json,
  openStarsForm,
  postStars,
  readStarsForm,
  refusingPort,
  respond,
  signIn,
  startProductpage,
  startRatings,
  startSuite,
  startTinyServer,
  type Answer
} from '../support/index.ts'

const suite = await startSuite({ reviews: ['v2'] })
afterAll(() => suite[Symbol.asyncDispose]())

/** A session with the token that a form in its page would bring. */
async function visit(origin: string, user: string) {
  const cookie = await signIn(origin, user)
  const form = await openStarsForm(origin, cookie)
  return { cookie, token: form?.token ?? '' }
}

const ratingsOf = async () => (await ask(suite.ratings, '/ratings/0')).body
const givenStars = (changes: Record<string, number>) => ({ id: 0, ratings: { Reviewer1: 5, Reviewer2: 4, ...changes } })

beforeEach(async () => {
  await ask(suite.ratings, '/ratings/0', { method: 'POST', body: '{"Reviewer1":5,"Reviewer2":4}' })
})

describe('giving stars', () => {
  test('leads back to the page, which shows them at once; the stars of others stay', async () => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    const { status, body, headers } = await postStars(suite.productpage, { stars: '2', token }, { cookie })
    expect({ status, body, location: headers['location'] }).toEqual({
      status: 303,
      body: '',
      location: '/productpage#your-stars'
    })
    const page = String((await ask(suite.productpage, '/productpage', { headers: { cookie } })).body)
    expect(page).toContain('You gave 2 stars. On average it has 3.7 of 5, from 3 readers.')
    expect(readStarsForm(page)?.chosen).toBe(2)
    expect(await ratingsOf()).toEqual(givenStars({ jason: 2 }))
  })

  test('can be done again, with the same form', async () => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    for (const stars of ['1', '5']) {
      expect((await postStars(suite.productpage, { stars, token }, { cookie })).status).toBe(303)
    }
    expect(await ratingsOf()).toEqual(givenStars({ jason: 5 }))
  })

  test('as Reviewer1 changes the stars of that review', async () => {
    const { cookie, token } = await visit(suite.productpage, 'Reviewer1')
    await postStars(suite.productpage, { stars: '1', token }, { cookie })
    const { body } = await ask(suite.productpage, '/productpage', { headers: { cookie } })
    expect(body).toContain('aria-label="1 of 5 stars, black"')
    expect(body).toContain('You gave 1 star.')
  })

  test.each(['Žofie Nováková', '花子', '<b>"a"</b>', '__proto__', 'constructor', 'a.b.c'])(
    'works for any name: %s',
    async (name) => {
      const { cookie, token } = await visit(suite.productpage, name)
      expect((await postStars(suite.productpage, { stars: '3', token }, { cookie })).status).toBe(303)
      expect((await openStarsForm(suite.productpage, cookie))?.chosen).toBe(3)
    }
  )

  test('works as JSON, which is answered with all stars', async () => {
    const { cookie } = await visit(suite.productpage, 'jason')
    const question = { method: 'POST', body: '{"stars":4}', headers: { cookie, 'content-type': 'application/json' } }
    expect(await ask(suite.productpage, '/api/v1/products/0/stars', question)).toEqual(
      json(200, givenStars({ jason: 4 }))
    )
    expect(await ask(suite.productpage, '/api/v1/products/7/stars', question)).toEqual(
      json(200, { ...givenStars({ jason: 4 }), id: 7 })
    )
  })

  test('has an address that leads to the page', async () => {
    const { status, headers } = await askFully(suite.productpage, '/api/v1/products/0/stars')
    expect({ status, location: headers['location'] }).toEqual({ status: 303, location: '/productpage#your-stars' })
  })
})

describe('stars that are refused', () => {
  const stranger =
    'this did not come from a page of this site and this session: please open the page again, and give the stars there'
  const noStars = 'please give 1 to 5 whole stars'

  /** What came of it: the status, whether the words were said, and the ratings afterwards. */
  async function outcome(answer: Promise<Answer>, words: string) {
    const { status, body } = await answer
    const said = typeof body === 'string' ? body : Object(body).error
    return { status, said: String(said).includes(words), ratings: await ratingsOf() }
  }
  const refused = (status: number) => ({ status, said: true, ratings: givenStars({}) })

  test.each([['-1'], ['0'], ['6'], ['1.5'], ['4 '], ['٣'], ['five'], ['']])('are %j', async (stars) => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    expect(await outcome(postStars(suite.productpage, { stars, token }, { cookie }), noStars)).toEqual(refused(400))
  })

  test('are none at all', async () => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    expect(await outcome(postStars(suite.productpage, { token }, { cookie }), noStars)).toEqual(refused(400))
  })

  test('come from nobody', async () => {
    const { token } = await visit(suite.productpage, 'jason')
    expect(
      await outcome(postStars(suite.productpage, { stars: '1', token }, {}), 'please sign in to give stars')
    ).toEqual(refused(403))
  })

  test('come without a token', async () => {
    const { cookie } = await visit(suite.productpage, 'jason')
    expect(await outcome(postStars(suite.productpage, { stars: '1' }, { cookie }), stranger)).toEqual(refused(403))
    expect(await outcome(postStars(suite.productpage, { stars: '1', token: '' }, { cookie }), stranger)).toEqual(
      refused(403)
    )
  })

  test("come with somebody else's token, or one that is none", async () => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    const other = await visit(suite.productpage, 'mallory')
    const session = decodeURIComponent(cookie.slice('session='.length))
    for (const wrong of [other.token, session, `${token}x`, `x${token}`, 'form.x.y']) {
      expect(await outcome(postStars(suite.productpage, { stars: '1', token: wrong }, { cookie }), stranger)).toEqual(
        refused(403)
      )
    }
  })

  test("come with a token as a session, which gives nobody's name", async () => {
    const { token } = await visit(suite.productpage, 'jason')
    const cookie = `session=${encodeURIComponent(token)}`
    expect(
      await outcome(postStars(suite.productpage, { stars: '1', token }, { cookie }), 'please sign in to give stars')
    ).toEqual(refused(403))
  })

  const { origin } = new URL(suite.productpage)
  test.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ 'sec-fetch-site': 'cross-site', origin }],
    [{ origin: 'https://elsewhere.example' }],
    [{ origin: `${origin}.elsewhere.example` }],
    [{ origin: 'null' }],
    [{ origin: '' }]
  ])('come from elsewhere: %j', async (headers) => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    expect(
      await outcome(postStars(suite.productpage, { stars: '1', token }, { cookie, ...headers }), stranger)
    ).toEqual(refused(403))
    const asJson = { cookie, 'content-type': 'application/json', ...headers }
    const question = { method: 'POST', body: '{"stars":1}', headers: asJson }
    expect(await outcome(ask(suite.productpage, '/api/v1/products/0/stars', question), stranger)).toEqual(refused(403))
  })

  test.each(['null', 'nonsense', 'about:blank'])('come from %s, to a site without a name', async (from) => {
    const { cookie } = await visit(suite.productpage, 'jason')
    const head = `POST /api/v1/products/0/stars HTTP/1.0\r\nOrigin: ${from}\r\nCookie: ${cookie}\r\n`
    const body = '{"stars":1}'
    const content = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    expect((await askRaw(suite.productpage, head + content)).status).toBe(403)
  })

  test.each([
    ['text that only looks like JSON', '{"stars":1}', 'text/plain', 400],
    ['broken JSON', '{"stars":', 'application/json', 400],
    ['JSON with a fraction', '{"stars":1.5}', 'application/json', 400],
    ['JSON with text', '{"stars":"1"}', 'application/json', 400],
    ['JSON of another shape', '[1]', 'application/json', 400],
    ['JSON null', 'null', 'application/json', 400],
    ['nothing', '', 'application/json', 400],
    ['a form in parts without parts', 'x', 'multipart/form-data', 403],
    ['too much', `{"stars":1,"more":"${'x'.repeat(20_000)}"}`, 'application/json', 413]
  ])('are %s', async (_what, body, type, status) => {
    const { cookie } = await visit(suite.productpage, 'jason')
    const question = { method: 'POST', body, headers: { cookie, 'content-type': type } }
    expect((await ask(suite.productpage, '/api/v1/products/0/stars', question)).status).toBe(status)
    expect(await ratingsOf()).toEqual(givenStars({}))
  })

  test.each(['abc', '-1', '1.5', '2147483648'])('are for product %s', async (id) => {
    const { cookie } = await visit(suite.productpage, 'jason')
    const question = { method: 'POST', body: '{"stars":1}', headers: { cookie, 'content-type': 'application/json' } }
    expect(await ask(suite.productpage, `/api/v1/products/${id}/stars`, question)).toEqual(
      json(400, { error: 'please provide numeric product id' })
    )
  })

  test('are told to a browser with a page, and to a program without', async () => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    expect((await postStars(suite.productpage, { stars: '9', token }, { cookie })).type).toBe(
      'text/html; charset=utf-8'
    )
    const plain = await postStars(suite.productpage, { stars: '9', token }, { cookie, accept: '*/*' })
    expect([plain.type, plain.body]).toEqual(['application/json', { error: noStars }])
  })
})

describe('stars that come from this site', () => {
  const { origin } = new URL(suite.productpage)
  test.each([
    [{ 'sec-fetch-site': 'same-origin', origin }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://behind.a.gateway.example' }],
    [{ 'sec-fetch-site': 'none' }],
    [{ origin }],
    [{}]
  ])('by %j are taken', async (headers) => {
    const { cookie, token } = await visit(suite.productpage, 'jason')
    expect((await postStars(suite.productpage, { stars: '3', token }, { cookie, ...headers })).status).toBe(303)
  })

  test('are taken at every replica', async () => {
    await using replica = await startProductpage(addressOf('ratings', Number(new URL(suite.ratings).port)))
    const { cookie, token } = await visit(suite.productpage, 'jason')
    expect((await postStars(replica.origin, { stars: '3', token }, { cookie })).status).toBe(303)
  })
})

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
  test('is for those who are signed in, and asks ratings in their name alone', async () => {
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable })
    const { body } = await ask(page.origin, '/productpage')
    expect(readStarsForm(String(body))).toBeUndefined()
    expect(page.ratings.seen).toEqual([])
    expect(await openStarsForm(page.origin, await signIn(page.origin, 'jason'))).toMatchObject({
      action: '/api/v1/products/0/stars',
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
    ['do not say what they can', { GET: readable, OPTIONS: respond(200) }],
    ['never answer, as the original does', { GET: readable, OPTIONS: hang }],
    ['refuse to say', { GET: readable, OPTIONS: respond(503) }],
    ['cannot be read', { GET: respond(503), OPTIONS: writable }],
    ['say nonsense', { GET: respond(200, { id: 0, ratings: { Reviewer1: 99 } }), OPTIONS: writable }]
  ]
  test.each(without)('is not there where ratings %s', async (_what, answers) => {
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
  ])('says what the ratings %j are', async (ratings, words) => {
    await using page = await startBeforeRatings({ GET: respond(200, { id: 0, ratings }), OPTIONS: writable })
    const cookie = await signIn(page.origin, 'jason')
    expect((await ask(page.origin, '/productpage', { headers: { cookie } })).body).toContain(words)
  })

  test('has nothing of what Istio’s tests look for in reviews with stars', async () => {
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable })
    const cookie = await signIn(page.origin, 'jason')
    expect((await ask(page.origin, '/productpage', { headers: { cookie } })).body).not.toContain('glyphicon')
  })
})

describe('ratings v2, with a database', () => {
  test('keep the stars of all who give them at the same time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bookinfo-stars-'))
    try {
      const database = { SERVICE_VERSION: 'v2', DB_TYPE: 'sqlite', SQLITE_DB_FILE: join(folder, 'ratings.db') }
      await using ratings = await startRatings(database)
      const nobody = await refusingPort()
      await using page = await startProductpage({
        ...addressOf('ratings', ratings.port),
        ...addressOf('details', nobody),
        ...addressOf('reviews', nobody)
      })
      const names = Array.from({ length: 10 }, (_, index) => `reader ${index}`)
      const give = async (name: string): Promise<number> => {
        const { cookie, token } = await visit(page.origin, name)
        return (await postStars(page.origin, { stars: '3', token }, { cookie })).status
      }
      expect(await Promise.all(names.map(give))).toEqual(names.map(() => 303))
      const all = Object.fromEntries(names.map((name) => [name, 3]))
      expect((await ask(ratings.origin, '/ratings/0')).body).toEqual(givenStars(all))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('ratings', () => {
  const replacing = { ...some, jason: 4 }
  test.each([
    ['v1, which replace,', { 'x-service-version': 'v1' }, replacing],
    ['of the original, which replace,', {}, replacing],
    ['v2, which merge,', { 'x-service-version': 'v2' }, { jason: 4 }]
  ])('%s get what leaves the stars of others as they are', async (_which, version, expected) => {
    const read = respond(200, { id: 0, ratings: { ...some, Reviewer3: 0 } }, version)
    await using page = await startBeforeRatings({ GET: read, OPTIONS: writable, POST: stored })
    const { cookie, token } = await visit(page.origin, 'jason')
    expect((await postStars(page.origin, { stars: '4', token }, { cookie, 'x-request-id': 'r1' })).status).toBe(303)
    expect(page.posted).toEqual([expected])
    const post = page.ratings.seen.find(({ method }) => method === 'POST')
    expect(post?.url).toBe('/ratings/0')
    expect(post?.headers).toEqual(
      expect.arrayContaining([
        ['end-user', 'jason'],
        ['x-request-id', 'r1']
      ])
    )
  })

  const failures: [what: string, answers: Record<string, RequestListener>, status: number, apiStatus: number][] = [
    ['refuse', { POST: respond(501, { error: 'Post not implemented for database backed ratings' }) }, 502, 501],
    ['are away', { POST: respond(503) }, 502, 503],
    ['hang up', { POST: ({ socket }) => socket.destroy() }, 502, 500],
    ['are silent', { POST: hang }, 504, 500],
    ['take the stars and lose them', { POST: readable }, 502, 500],
    ['say nonsense', { POST: respond(200, 'stored') }, 502, 500],
    ['lead elsewhere', { POST: respond(302, '', { location: '/ratings/0' }) }, 502, 500]
  ]
  test.each(failures)(
    'that %s lose nothing: the page says so, and the stars stay chosen',
    async (_what, answers, status) => {
      await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable, ...answers }, budgetFor(answers))
      // A token is good at every replica, and this one may be short of time.
      const { cookie, token } = await visit(suite.productpage, 'jason')
      const answer = await postStars(page.origin, { stars: '4', token }, { cookie })
      expect([answer.status, answer.type]).toEqual([status, 'text/html; charset=utf-8'])
      expect(answer.body).toContain('Your stars could not be stored')
      expect(readStarsForm(String(answer.body))?.chosen).toBe(4)
    }
  )

  test.each(failures)('that %s are told to programs as everywhere', async (_what, answers, _status, status) => {
    await using page = await startBeforeRatings({ GET: readable, OPTIONS: writable, ...answers }, budgetFor(answers))
    const cookie = await signIn(page.origin, 'jason')
    const question = { method: 'POST', body: '{"stars":4}', headers: { cookie, 'content-type': 'application/json' } }
    expect(await ask(page.origin, '/api/v1/products/0/stars', question)).toEqual(
      json(status, { error: 'Sorry, product ratings are currently unavailable for this book.' })
    )
  })

  test('that are gone altogether leave the form, and are not posted to', async () => {
    let gone = false
    const unless =
      (answer: RequestListener): RequestListener =>
      (request, response) =>
        (gone ? respond(503) : answer)(request, response)
    await using page = await startBeforeRatings({ GET: unless(readable), OPTIONS: unless(writable), POST: stored })
    const { cookie, token } = await visit(page.origin, 'jason')
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
