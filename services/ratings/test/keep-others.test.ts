import { afterAll, describe, expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { startRatings } from './support/index.ts'

const ratings = await startRatings()
afterAll(() => ratings[Symbol.asyncDispose]())

const stars = (id: number, given: Record<string, number> = { Reviewer1: 5, Reviewer2: 4 }) =>
  json(200, { id, ratings: given })
const post = (path: string, body: string) => ask(ratings.origin, path, { method: 'POST', body })
const read = (id: number) => ask(ratings.origin, `/ratings/${id}`)

describe('posted ratings with keep=others', () => {
  const give = (id: number, given: object, reviewer?: string, query = '?keep=others') =>
    ask(ratings.origin, `/ratings/${id}${query}`, {
      method: 'POST',
      body: JSON.stringify(given),
      headers: reviewer === undefined ? {} : { 'end-user': Buffer.from(reviewer).toString('latin1') }
    })

  test.each(['jason', 'Reviewer1', 'Žofie 花子', 'a/b', '__proto__', 'constructor'])(
    'change only the stars of %s',
    async (name) => {
      const others = { Reviewer1: 1, Reviewer2: 2, ann: 3 }
      await post('/ratings/1011', JSON.stringify(others))
      const answer = await give(1011, { Reviewer1: 5, bob: 5, ['__proto__']: 5, constructor: 5, [name]: 4 }, name)
      expect(answer).toEqual(stars(1011, { ...others, [name]: 4 }))
      expect(await read(1011)).toEqual(answer)
    }
  )

  test('are added to the first ratings', async () => {
    expect(await give(1012, { jason: 1 }, 'jason')).toEqual(stars(1012, { Reviewer1: 5, Reviewer2: 4, jason: 1 }))
  })

  test('are refused for the 101st reviewer', async () => {
    const hundred = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`r${index}`, 5]))
    await post('/ratings/1013', JSON.stringify(hundred))
    const error = 'a product has ratings of at most 100 reviewers, and these would be more'
    expect(await give(1013, { jason: 1 }, 'jason')).toEqual(json(409, { error }))
    expect(await give(1013, { r7: 1 }, 'r7')).toEqual(stars(1013, { ...hundred, r7: 1 }))
  })

  const badKeep = json(400, { error: 'keep may only be others, with the header end-user and stars of that reviewer' })

  test.each(['?keep=', '?keep=all', '?keep=others&keep=others'])('are refused with "%s"', async (query) => {
    expect(await give(1014, { jason: 1 }, 'jason', query)).toEqual(badKeep)
    expect(await read(1014)).toEqual(stars(1014))
  })

  test.each([
    ['end-user is missing', undefined, { jason: 1 }],
    ['end-user has no stars in the body', 'ann', { jason: 1 }],
    ['end-user is the name of a method of every object', 'toString', { jason: 1 }]
  ])('are refused if %s', async (_what, name, given) => {
    expect(await give(1014, given, name)).toEqual(badKeep)
    expect(await read(1014)).toEqual(stars(1014))
  })

  test.each(['', '?x=1'])('replace all stars without it: "%s"', async (query) => {
    expect(await give(1015, { jason: 1 }, 'jason', query)).toEqual(stars(1015, { jason: 1 }))
  })
})
