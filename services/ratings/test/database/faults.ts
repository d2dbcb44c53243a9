import { databaseTimes } from '@bookinfo/ratings'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, askFully, json, type Env, type RunningService } from '@bookinfo/service-kit/testing'
import { quickly, startRatings } from '../support/index.ts'
import { startProxy, type Mood, type Proxy } from './proxy.ts'
import type { ServerDatabase } from './servers/test-database.ts'

/** Milliseconds that reviews v3 wait for ratings. */
const REVIEWS_TIMEOUT_MS = 2_500

/** Longest time until a service uses its database again, on a busy machine. */
const RECOVERY_MS = 15_000

const MAX_CONNECTIONS = 10

const noConnection = json(500, { error: 'could not connect to ratings database' })
const notStored = json(500, { error: 'could not store ratings in database' })

/** The tests of failures between a service and its database server. */
export function describeFaults(kind: string, start: () => Promise<ServerDatabase>, enforcesRights = true): void {
  describe(`ratings while ${kind} fails`, () => {
    let database: ServerDatabase
    let proxy: Proxy

    beforeAll(async () => {
      database = await start()
      await database.createOriginal([5, 4])
      proxy = await startProxy(database.port)
    })
    afterAll(async () => {
      await proxy[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    })

    const read = ({ origin }: RunningService) => ask(origin, '/ratings/0')
    const post = ({ origin }: RunningService) => ask(origin, '/ratings/0', { method: 'POST', body: '{"jason":3}' })
    const serve = (env: Env) => startRatings(env, { databaseTimes: quickly }, { errorsExpected: true })
    const recovers = async (service: RunningService) => {
      await expect
        .poll(() => ask(service.origin, '/readyz'), { timeout: RECOVERY_MS })
        .toEqual(json(200, { status: 'ok' }))
      await expect.poll(() => read(service), { timeout: RECOVERY_MS }).toMatchObject({ status: 200 })
    }

    /** Expects the answers of a service that cannot use its database. */
    async function expectAway(service: RunningService, onRead = noConnection, onWrite = noConnection): Promise<void> {
      const couldNot = [onRead, json(500, { error: database.couldNotRead }), onWrite, notStored]
      const answers = await Promise.all([read(service), post(service), read(service), post(service)])
      for (const answer of answers) expect(couldNot).toContainEqual(answer)
      await expect.poll(() => ask(service.origin, '/readyz'), { timeout: RECOVERY_MS }).toMatchObject({ status: 503 })
      const { body } = await ask(service.origin, '/readyz')
      expect(Object(body).error).toMatch(/^the ratings database cannot be used: \S/)
      expect(await ask(service.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
      expect(await ask(service.origin, '/health')).toEqual(json(200, { status: 'Ratings is healthy' }))
      const { headers } = await askFully(service.origin, '/ratings/0', { method: 'OPTIONS' })
      expect(headers['allow']).toBe('GET, HEAD, OPTIONS')
      expect(JSON.stringify(service.log.lines)).not.toMatch(/a.password.that.no.log.may.show/)
    }

    const moods: Mood[] = ['closed', 'silent', 'hasty', 'cutting', 'slow']

    test.each(moods)(
      'the connection becomes %s: 500, not ready, but alive; later it works again without a restart',
      async (mood) => {
        await proxy.become('open')
        await using service = await serve(database.envAt(proxy.port))
        await recovers(service)
        await proxy.become(mood)
        await expectAway(service)
        await proxy.become('open')
        await recovers(service)
        await expect.poll(() => post(service), { timeout: RECOVERY_MS }).toMatchObject({ status: 200 })
      }
    )

    test.each(moods)('the connection is %s from the start', async (mood) => {
      await proxy.become(mood)
      await using service = await serve(database.envAt(proxy.port))
      await expectAway(service)
      await proxy.become('open')
      await recovers(service)
      await expect.poll(() => post(service), { timeout: RECOVERY_MS }).toMatchObject({ status: 200 })
    })

    test.each(['silent', 'slow', 'hasty'] as const)(
      '300 requests during a %s connection leave no connection behind',
      async (mood) => {
        await proxy.become('open')
        {
          await using service = await serve(database.envAt(proxy.port))
          await recovers(service)
          await proxy.become(mood)
          const answers = await Promise.all(Array.from({ length: 300 }, () => read(service)))
          // A full queue refuses requests at once.
          for (const { status } of answers) expect([500, 503]).toContain(status)
          await expect
            .poll(() => proxy.connections(), { timeout: RECOVERY_MS })
            .toBeLessThanOrEqual(MAX_CONNECTIONS + 2)
          await proxy.become('open')
          await recovers(service)
          expect(await database.connections()).toBeLessThanOrEqual(MAX_CONNECTIONS)
        }
        await expect.poll(() => database.connections(), { timeout: RECOVERY_MS }).toBe(0)
        await expect.poll(() => proxy.connections(), { timeout: RECOVERY_MS }).toBe(0)
      }
    )

    test('a reader is answered before reviews v3 time out, with the default times', async () => {
      expect(databaseTimes.budgetMs).toBeLessThan(REVIEWS_TIMEOUT_MS)
      await proxy.become('silent')
      await using service = await startRatings(database.envAt(proxy.port), {}, { errorsExpected: true })
      expect(await Promise.all([read(service), post(service)])).toEqual([noConnection, noConnection])
    })

    test('the server stops and starts again', async () => {
      await using service = await serve(database.env)
      await recovers(service)
      await Promise.all(Array.from({ length: 20 }, () => read(service)))
      await database.stop()
      await expectAway(service)
      await database.start()
      await recovers(service)
      await expect.poll(() => post(service), { timeout: RECOVERY_MS }).toMatchObject({ status: 200 })
    })

    test('the server refuses the password, which no log shows', async () => {
      const wrong = Object.entries(database.env).map(([name, value]) => [
        name,
        value.replace(/a.password.that/, 'a-password-that-is-not')
      ])
      await using service = await serve(Object.fromEntries(wrong))
      await expectAway(service)
      expect(JSON.stringify(service.log.lines)).not.toContain('a-password-that-is-not')
    })

    test('the database `test` does not exist: it is created if the user may create it', async () => {
      await database.dropDatabase()
      await using service = await serve(database.env)
      await recovers(service)
      const first = json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })
      await expect.poll(() => read(service), { timeout: RECOVERY_MS }).toEqual(first)
    })

    const testRights = enforcesRights ? test : () => undefined
    testRights('the user may only read: POST is 501 until the user may write', async () => {
      await database.createOriginal([2, 4])
      const env = await database.createReader()
      await using service = await serve(env)
      await recovers(service)
      const original = json(200, { id: 0, ratings: { Reviewer1: 2, Reviewer2: 4 } })
      await expect.poll(() => read(service), { timeout: RECOVERY_MS }).toEqual(original)
      const noPost = json(501, { error: 'Post not implemented for database backed ratings' })
      await expect.poll(() => post(service), { timeout: RECOVERY_MS }).toEqual(noPost)
      expect((await askFully(service.origin, '/ratings/0', { method: 'OPTIONS' })).headers['allow']).toBe(
        'GET, HEAD, OPTIONS'
      )
      await database.trustReader()
      await expect.poll(() => post(service), { timeout: RECOVERY_MS }).toMatchObject({ status: 200 })
      expect((await askFully(service.origin, '/ratings/0', { method: 'OPTIONS' })).headers['allow']).toBe(
        'GET, HEAD, OPTIONS, POST'
      )
    })

    test('the tables are gone, as after the restart of a server without a volume', async () => {
      await database.createOriginal([5, 4])
      await using service = await serve(database.env)
      await recovers(service)
      await post(service)
      await database.createOriginal([1, 2])
      await expect
        .poll(() => read(service), { timeout: RECOVERY_MS })
        .toEqual(json(200, { id: 0, ratings: { Reviewer1: 1, Reviewer2: 2 } }))
      await expect
        .poll(() => post(service), { timeout: RECOVERY_MS })
        .toEqual(json(200, { id: 0, ratings: { Reviewer1: 1, Reviewer2: 2, jason: 3 } }))
    })
  })
}
