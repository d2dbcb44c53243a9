import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, askFully, json } from '@bookinfo/service-kit/testing'
import { patiently, quickly, startRatings } from '../support/index.ts'
import type { LockableDatabase } from './servers/test-database.ts'

const ready = json(200, { status: 'ok' })
const stars = (ratings: object) => json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4, ...ratings } })

/** The tests with another program that locks a product. Only writers may be delayed. */
export function describeLocks(kind: string, start: () => Promise<LockableDatabase>): void {
  describe(`ratings in ${kind}, while another program writes,`, () => {
    let database: LockableDatabase
    beforeAll(async () => {
      database = await start()
      await database.clear()
      await using service = await startRatings(database.env, { databaseTimes: patiently })
      expect(await post(service.origin, 'jason')).toMatchObject({ status: 200 })
    })
    afterAll(() => database[Symbol.asyncDispose]())

    const read = (origin: string) => ask(origin, '/ratings/0')
    const post = (origin: string, name: string) =>
      askFully(origin, '/ratings/0', { method: 'POST', body: JSON.stringify({ [name]: 3 }) })

    test('readers are answered, the service stays ready, and writers finish after it', async () => {
      await using service = await startRatings(database.env, { databaseTimes: patiently })
      await expect.poll(() => ask(service.origin, '/readyz'), { timeout: 20_000 }).toEqual(ready)
      const unlock = await database.lock()
      const writes = Promise.all(Array.from({ length: 30 }, (_, index) => post(service.origin, `writer ${index}`)))
      const reads = await Promise.all(Array.from({ length: 30 }, () => read(service.origin)))
      expect(reads).toEqual(Array(30).fill(stars({ jason: 3 })))
      expect(await ask(service.origin, '/livez')).toEqual(ready)
      expect(await ask(service.origin, '/readyz')).toEqual(ready)
      await unlock()
      expect((await writes).map(({ status }) => status)).toEqual(Array(30).fill(200))
    })

    test('a new service answers readers and becomes ready', async () => {
      const unlock = await database.lock()
      await using service = await startRatings(database.env, { databaseTimes: quickly }, { errorsExpected: true })
      await expect.poll(() => ask(service.origin, '/readyz'), { timeout: 20_000 }).toEqual(ready)
      expect(await read(service.origin)).toMatchObject({ status: 200, body: { ratings: { jason: 3 } } })
      await unlock()
      await expect.poll(() => post(service.origin, 'ann'), { timeout: 20_000 }).toMatchObject({ status: 200 })
    })

    test('writers give up in time', async () => {
      await using service = await startRatings(database.env, { databaseTimes: quickly }, { errorsExpected: true })
      await expect.poll(() => post(service.origin, 'bob'), { timeout: 20_000 }).toMatchObject({ status: 200 })
      const unlock = await database.lock()
      const answers = await Promise.all(Array.from({ length: 6 }, () => post(service.origin, 'carl')))
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(500))
      expect(await ask(service.origin, '/readyz')).toEqual(ready)
      await unlock()
      await expect.poll(() => post(service.origin, 'carl'), { timeout: 20_000 }).toMatchObject({ status: 200 })
    })

    test('more than a hundred writers are refused at once', async () => {
      await using service = await startRatings(database.env, { databaseTimes: patiently }, { errorsExpected: true })
      await expect.poll(() => post(service.origin, 'bob'), { timeout: 20_000 }).toMatchObject({ status: 200 })
      const unlock = await database.lock()
      const early: Awaited<ReturnType<typeof post>>[] = []
      const writes = Array.from({ length: 130 }, () =>
        post(service.origin, 'dora').then((answer) => (early.push(answer), answer))
      )
      await expect.poll(() => early.length, { timeout: 10_000 }).toBe(30)
      const error = 'too many requests are waiting for the ratings database'
      for (const answer of early) {
        expect(answer).toMatchObject({ status: 503, body: { error }, headers: { 'retry-after': '1' } })
      }
      await unlock()
      // The others write one after the other. On a slow machine some of them time out.
      const answers = await Promise.all(writes)
      expect(answers.filter(({ status }) => status === 503).length).toBe(30)
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    })
  })
}
