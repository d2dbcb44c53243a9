import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ask,
  hasMongodb,
  json,
  mariadbPath,
  postgresPath,
  startMariadb,
  startMongodb,
  startPostgres,
  startSqlite,
  type TestDatabase
} from '../support/index.ts'
import { startBundle, wholeBuild, type RunningBundle } from './bundle.ts'

const PROCESSES = 3
const PEOPLE_EACH = 20
/** Tries of one person. */
const MAX_TRIES = 20

describeProcesses('SQLite', startSqlite)
describe.runIf(hasMongodb)('MongoDB', () => {
  describeProcesses('MongoDB', startMongodb)
})
describe.runIf(mariadbPath)('MariaDB', () => {
  describeProcesses('MariaDB', startMariadb)
})
describe.runIf(postgresPath)('PostgreSQL', () => {
  describeProcesses('PostgreSQL', startPostgres)
})

/** Several processes of the built ratings with one database. */
function describeProcesses(kind: string, start: () => Promise<TestDatabase>): void {
  describe(`processes with ${kind}`, () => {
    let database: TestDatabase
    beforeAll(async () => {
      database = await start()
      await database.clear()
    })
    afterAll(() => database[Symbol.asyncDispose]())

    test('start together on an empty database, and lose no concurrent write', async () => {
      await using stack = new AsyncDisposableStack()
      const starting = Array.from({ length: PROCESSES }, () => startBundle('ratings', database.env, wholeBuild))
      const processes: RunningBundle[] = []
      for (const started of await Promise.all(starting)) processes.push(stack.use(started))

      const given: Record<string, number> = {}
      const writes = processes.flatMap(({ origin }, place) =>
        Array.from({ length: PEOPLE_EACH }, async (_, index) => {
          const person = `person ${place} ${index}`
          const stars = 1 + (index % 5)
          given[person] = stars
          expect(await giveStars(origin, person, stars)).toBe(200)
        })
      )
      await Promise.all(writes)
      const all = json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4, ...given } })
      for (const { origin } of processes) {
        await expect.poll(() => ask(origin, '/ratings/0'), { timeout: 20_000 }).toEqual(all)
      }
      for (const each of processes) {
        const { code, stderr } = await each.stop()
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      }
    })
  })
}

/** Gives stars. It tries again after a refusal, because a busy machine may be too slow. */
async function giveStars(origin: string, person: string, stars: number): Promise<number> {
  const question = { method: 'POST', body: JSON.stringify({ [person]: stars }) }
  for (let tries = 1; ; tries += 1) {
    const { status } = await ask(origin, '/ratings/0', question)
    if (status === 200 || tries === MAX_TRIES) return status
  }
}
