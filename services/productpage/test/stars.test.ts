import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { addressOf, ask, askFully, askRaw, json, refusingPort, type TestResponse } from '@bookinfo/service-kit/testing'
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
import { startRatings } from '@bookinfo/ratings/testing'

const suite = await startSuite({ reviews: ['v2'] })
afterAll(() => suite[Symbol.asyncDispose]())

const ratingsOf = async () => (await ask(suite.ratings, '/ratings/0')).body
const givenStars = (changes: Record<string, number>) => ({ id: 0, ratings: { Reviewer1: 5, Reviewer2: 4, ...changes } })

beforeEach(async () => {
  await ask(suite.ratings, '/ratings/0', { method: 'POST', body: '{"Reviewer1":5,"Reviewer2":4}' })
})

describe('giving stars', () => {
  test('redirects to the page, which shows them; the stars of other readers stay', async () => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    const { status, body, headers } = await postStars(suite.productpage, { stars: '2', token }, { cookie })
    expect({ status, body, location: headers['location'] }).toEqual({
      status: 303,
      body: '',
      location: '../../../../productpage#your-stars'
    })
    const page = String((await ask(suite.productpage, '/productpage', { headers: { cookie } })).body)
    expect(page).toContain('You gave 2 stars. On average it has 3.7 of 5, from 3 readers.')
    expect(readStarsForm(page)?.chosen).toBe(2)
    expect(await ratingsOf()).toEqual(givenStars({ jason: 2 }))
  })

  test('can be done again, with the same form', async () => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    for (const stars of ['1', '5']) {
      expect((await postStars(suite.productpage, { stars, token }, { cookie })).status).toBe(303)
    }
    expect(await ratingsOf()).toEqual(givenStars({ jason: 5 }))
  })

  test('as Reviewer1 changes the stars of that review', async () => {
    const { cookie, token } = await visitForStars(suite.productpage, 'Reviewer1')
    await postStars(suite.productpage, { stars: '1', token }, { cookie })
    const { body } = await ask(suite.productpage, '/productpage', { headers: { cookie } })
    expect(body).toContain('aria-label="1 of 5 stars, black"')
    expect(body).toContain('You gave 1 star.')
  })

  test.each(['Žofie Nováková', '花子', '<b>"a"</b>', '__proto__', 'constructor', 'a.b.c'])(
    'works for any name: %s',
    async (name) => {
      const { cookie, token } = await visitForStars(suite.productpage, name)
      expect((await postStars(suite.productpage, { stars: '3', token }, { cookie })).status).toBe(303)
      expect((await openStarsForm(suite.productpage, cookie))?.chosen).toBe(3)
    }
  )

  test('works as JSON, which is answered with all stars', async () => {
    const { cookie } = await visitForStars(suite.productpage, 'jason')
    const answer = givenStars({ jason: 4 })
    expect(await postJson(suite.productpage, cookie, '{"stars":4}')).toEqual(json(200, answer))
    expect(await postJson(suite.productpage, cookie, '{"stars":4}', { id: '7' })).toEqual(
      json(200, { ...answer, id: 7 })
    )
  })

  test('keeps the stars of many readers at the same time', async () => {
    const readers = Array.from({ length: 20 }, (_, index) => `reader ${index}`)
    const give = async (name: string) =>
      postJson(suite.productpage, await signIn(suite.productpage, name), '{"stars":4}')
    const answers = await Promise.all(readers.map(give))
    expect(answers.map(({ status }) => status)).toEqual(readers.map(() => 200))
    expect(await ratingsOf()).toEqual(givenStars(Object.fromEntries(readers.map((name) => [name, 4]))))
  })

  test('has an address that redirects to the page', async () => {
    const { status, headers } = await askFully(suite.productpage, '/api/v1/products/0/stars')
    expect({ status, location: headers['location'] }).toEqual({
      status: 303,
      location: '../../../../productpage#your-stars'
    })
  })
})

describe('the API refuses stars', () => {
  const stranger =
    'this did not come from a page of this site and this session: please open the page again, and repeat it there'
  const noStars = 'please give 1 to 5 whole stars'
  const signInFirst = 'please sign in to give stars'

  /** The status, whether the words were said, and the ratings afterwards. */
  async function outcome(answer: Promise<TestResponse>, words: string) {
    const { status, body } = await answer
    const said = typeof body === 'string' ? body : Object(body).error
    return { status, said: String(said).includes(words), ratings: await ratingsOf() }
  }
  const refused = (status: number) => ({ status, said: true, ratings: givenStars({}) })

  test.each([['-1'], ['0'], ['6'], ['1.5'], ['4 '], ['٣'], ['five'], ['']])('of the value %j', async (stars) => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect(await outcome(postStars(suite.productpage, { stars, token }, { cookie }), noStars)).toEqual(refused(400))
  })

  test('without a value', async () => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect(await outcome(postStars(suite.productpage, { token }, { cookie }), noStars)).toEqual(refused(400))
  })

  test('without a session, also with a CSRF token in place of the cookie', async () => {
    const { token } = await visitForStars(suite.productpage, 'jason')
    for (const headers of [{}, { cookie: `session=${encodeURIComponent(token)}` }])
      expect(await outcome(postStars(suite.productpage, { stars: '1', token }, headers), signInFirst)).toEqual(
        refused(403)
      )
  })

  test("in a form without its session's CSRF token", async () => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    const other = await visitForStars(suite.productpage, 'mallory')
    const session = decodeURIComponent(cookie.slice('session='.length))
    expect(await outcome(postStars(suite.productpage, { stars: '1' }, { cookie }), stranger)).toEqual(refused(403))
    for (const wrong of ['', other.token, session, `${token}x`, `x${token}`, 'form.x.y'])
      expect(await outcome(postStars(suite.productpage, { stars: '1', token: wrong }, { cookie }), stranger)).toEqual(
        refused(403)
      )
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
  ])('from another site: %j', async (headers) => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect(
      await outcome(postStars(suite.productpage, { stars: '1', token }, { cookie, ...headers }), stranger)
    ).toEqual(refused(403))
    expect(await outcome(postJson(suite.productpage, cookie, '{"stars":1}', { headers }), stranger)).toEqual(
      refused(403)
    )
  })

  test.each(['null', 'nonsense', 'about:blank'])('from the origin %s, without Host', async (from) => {
    const { cookie } = await visitForStars(suite.productpage, 'jason')
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
  ])('from %s', async (_what, body, type, status) => {
    const { cookie } = await visitForStars(suite.productpage, 'jason')
    const answer = await postJson(suite.productpage, cookie, body, { headers: { 'content-type': type } })
    expect(answer.status).toBe(status)
    expect(await ratingsOf()).toEqual(givenStars({}))
  })

  test.each(['abc', '-1', '1.5', '2147483648'])('for product %s', async (id) => {
    const { cookie } = await visitForStars(suite.productpage, 'jason')
    expect(await postJson(suite.productpage, cookie, '{"stars":1}', { id })).toEqual(
      json(400, { error: 'please provide numeric product id' })
    )
  })

  test('with a page for a browser, and JSON for a program', async () => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect((await postStars(suite.productpage, { stars: '9', token }, { cookie })).type).toBe(
      'text/html; charset=utf-8'
    )
    const plain = await postStars(suite.productpage, { stars: '9', token }, { cookie, accept: '*/*' })
    expect([plain.type, plain.body]).toEqual(['application/json', { error: noStars }])
  })
})

describe('stars of a form', () => {
  const { origin } = new URL(suite.productpage)
  const host = 'shop.example'
  const requests: [what: string, status: number, headers: Record<string, string>][] = [
    ['the same origin', 303, { 'sec-fetch-site': 'same-origin', origin }],
    ['the same origin, behind a gateway', 303, { 'sec-fetch-site': 'same-origin', origin: 'http://gateway.example' }],
    ['the user alone', 303, { 'sec-fetch-site': 'none' }],
    ['the same origin in an older browser', 303, { origin }],
    ['a program', 303, {}],
    ['the default port of HTTP', 303, { host: `${host}:80`, origin: `http://${host}` }],
    ['the default port of HTTPS', 303, { host: `${host}:443`, origin: `https://${host}` }],
    ['TLS up to a gateway', 303, { host, origin: `https://${host}`, 'x-forwarded-proto': 'https' }],
    ['TLS, two gateways', 303, { host: `${host}:443`, origin: `https://${host}`, 'x-forwarded-proto': 'HTTPS, http' }],
    ['another letter case', 303, { host: 'Shop.Example:8080', origin: `http://${host}:8080` }],
    ['another scheme', 403, { host, origin: `http://${host}`, 'x-forwarded-proto': 'https' }],
    ['another port', 403, { host: `${host}:8080`, origin: `http://${host}` }],
    ['a longer host', 403, { host: `${host}.elsewhere.example`, origin: `http://${host}` }],
    ['a forwarded host, which any client can send', 403, { 'x-forwarded-host': host, origin: `http://${host}` }]
  ]
  test.each(requests)('from %s: %i', async (_what, status, headers) => {
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect((await postStars(suite.productpage, { stars: '3', token }, { cookie, ...headers })).status).toBe(status)
  })

  test('are stored behind a gateway that changes Host, if the settings name the public origin', async () => {
    await using page = await startProductpage({
      ...addressOf('ratings', Number(new URL(suite.ratings).port)),
      PUBLIC_ORIGIN: 'https://shop.example:443, http://localhost:8080'
    })
    const statusFor = async (from: string) => {
      const { cookie, token } = await visitForStars(page.origin, 'jason')
      return (await postStars(page.origin, { stars: '3', token }, { cookie, origin: from })).status
    }
    expect(await statusFor('https://shop.example')).toBe(303)
    expect(await statusFor('http://localhost:8080')).toBe(303)
    expect(await statusFor('https://elsewhere.example')).toBe(403)
  })

  test('are stored by every replica', async () => {
    await using replica = await startProductpage(addressOf('ratings', Number(new URL(suite.ratings).port)))
    const { cookie, token } = await visitForStars(suite.productpage, 'jason')
    expect((await postStars(replica.origin, { stars: '3', token }, { cookie })).status).toBe(303)
  })
})

describe('ratings v2, with a database', () => {
  test('keep the stars of many readers at the same time', async () => {
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
        const { cookie, token } = await visitForStars(page.origin, name)
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
