import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ask, askRaw, json, type TestResponse } from '@bookinfo/service-kit/testing'
import { postJson, postStars, startSuite, visitForStars } from './support/index.ts'

const suite = await startSuite({ reviews: ['v2'] })
afterAll(() => suite[Symbol.asyncDispose]())
beforeEach(async () => {
  await ask(suite.ratings, '/ratings/0', { method: 'POST', body: '{"Reviewer1":5,"Reviewer2":4}' })
})

const ratingsOf = async () => (await ask(suite.ratings, '/ratings/0')).body
const unchanged = { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } }

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
  const refused = (status: number) => ({ status, said: true, ratings: unchanged })

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
    expect(await ratingsOf()).toEqual(unchanged)
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
