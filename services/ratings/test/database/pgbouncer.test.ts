import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '../support/index.ts'
import { pgbouncerPath, startPgbouncer } from './servers/pgbouncer.ts'
import { postgresPath, startPostgres } from './servers/postgres.ts'
import type { ServerDatabase, WaitingDatabase } from './servers/test-database.ts'

describe.runIf(postgresPath && pgbouncerPath).each(['session', 'transaction'] as const)(
  'PgBouncer with pool_mode = %s',
  (mode) => {
    let database: ServerDatabase & WaitingDatabase
    let pooler: Awaited<ReturnType<typeof startPgbouncer>>
    beforeAll(async () => {
      database = await startPostgres()
      await database.clear()
      pooler = await startPgbouncer(database, mode)
    })
    afterAll(async () => {
      await pooler[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    })
    const post = (origin: string, name: string) =>
      ask(origin, '/ratings/0', { method: 'POST', body: JSON.stringify({ [name]: 3 }) })

    test('two replicas create the schema, read, and write at the same time', async () => {
      await using first = await startRatings(pooler.env, { databaseTimes: patiently })
      await using second = await startRatings(pooler.env, { databaseTimes: patiently })
      // In session mode each keeps up to 10 of the 20 connections that PgBouncer opens.
      const replicas = [first, second]
      const people = Array.from({ length: 30 }, (_, index) => `person ${index}`)
      const writes = replicas.flatMap(({ origin }, replica) =>
        people.filter((_person, index) => index % 2 === replica).map((person) => post(origin, person))
      )
      const reads = replicas.flatMap(({ origin }) => people.map((_, id) => ask(origin, `/ratings/${id + 1}`)))
      for (const { status } of await Promise.all([...writes, ...reads])) expect(status).toBe(200)
      const given = Object.fromEntries(people.map((person) => [person, 3]))
      const ratings = { Reviewer1: 5, Reviewer2: 4, ...given }
      for (const { origin } of replicas) expect(await ask(origin, '/ratings/0')).toEqual(json(200, { id: 0, ratings }))
    })

    test('a statement that waits for a lock ends with its request', async () => {
      await using service = await startRatings(
        pooler.env,
        { databaseTimes: { ...patiently, budgetMs: 2_000 } },
        { errorsExpected: true }
      )
      const { origin } = service
      await expect.poll(() => post(origin, 'jason'), { timeout: 20_000 }).toMatchObject({ status: 200 })
      const unlock = await database.lock()
      expect(await post(origin, 'ann')).toMatchObject({ status: 500 })
      await expect.poll(() => database.waiting(), { timeout: 20_000 }).toBe(0)
      await unlock()
      await expect.poll(() => post(origin, 'ann'), { timeout: 20_000 }).toMatchObject({ status: 200 })
    })
  }
)
