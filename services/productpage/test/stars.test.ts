import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { addressOf, ask, askFully, json, refusingPort } from '@bookinfo/service-kit/testing'
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

  test('can be repeated with the same form', async () => {
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
