import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ask, askFully, json, type TestResponse, type Env, type RunningService } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '../support/index.ts'
import type { OriginalRows, TestDatabase } from './servers/test-database.ts'

const first = { Reviewer1: 5, Reviewer2: 4 }
const starsOf = (person: string): number => 1 + (Number(person.split(' ')[1]) % 5)
const stars = (id: number, ratings: Record<string, number | null>): TestResponse => json(200, { id, ratings })

/**
 * The tests that every kind of database must pass. Each test uses other products, so most of them need no empty database.
 */
export function describeStore(kind: string, start: () => Promise<TestDatabase>): void {
  describe(`ratings in ${kind}`, () => {
    let database: TestDatabase
    let services: RunningService[] = []

    beforeAll(async () => {
      database = await start()
    })
    afterEach(async () => {
      for (const service of services) await service[Symbol.asyncDispose]()
      services = []
    })
    afterAll(() => database[Symbol.asyncDispose]())

    async function serve(env: Env = database.env): Promise<RunningService> {
      const service = await startRatings(env, { databaseTimes: patiently })
      services.push(service)
      await expect.poll(() => ask(service.origin, '/readyz'), { timeout: 20_000 }).toEqual(json(200, { status: 'ok' }))
      return service
    }
    const read = ({ origin }: RunningService, id: number) => ask(origin, `/ratings/${id}`)
    const post = ({ origin }: RunningService, id: number, body: unknown) =>
      ask(origin, `/ratings/${id}`, { method: 'POST', body: JSON.stringify(body) })

    describe('in an empty database', () => {
      test('has the first ratings for every product, and keeps what is posted', async () => {
        await database.clear()
        const service = await serve()
        expect(await read(service, 0)).toEqual(stars(0, first))
        expect(await read(service, 2_147_483_647)).toEqual(stars(2_147_483_647, first))
        expect(await post(service, 7, { jason: 3 })).toEqual(stars(7, { ...first, jason: 3 }))
        expect(await read(service, 7)).toEqual(stars(7, { ...first, jason: 3 }))
        expect(await read(service, 8)).toEqual(stars(8, first))
      })

      test('five replicas can create the schema at once', async () => {
        await database.clear()
        const replicas = await Promise.all(Array.from({ length: 5 }, () => serve()))
        await Promise.all(replicas.map((replica, index) => post(replica, index, { Reviewer1: 1 })))
        for (const [id] of replicas.entries()) {
          for (const replica of replicas) expect(await read(replica, id)).toEqual(stars(id, { ...first, Reviewer1: 1 }))
        }
        expect(await read(await serve(), 5)).toEqual(stars(5, first))
      })

      test('a restart of the service keeps the stars', async () => {
        const before = await serve()
        await post(before, 20, { jason: 2, Reviewer2: 1 })
        services = []
        await before[Symbol.asyncDispose]()
        expect(await read(await serve(), 20)).toEqual(stars(20, { Reviewer1: 5, Reviewer2: 1, jason: 2 }))
      })
    })

    describe("with the original's data", () => {
      test.each<[what: string, rows: OriginalRows, ratings: Record<string, number | null>]>([
        ['its two rows', [5, 4], { Reviewer1: 5, Reviewer2: 4 }],
        ['other stars', [2, 4], { Reviewer1: 2, Reviewer2: 4 }],
        ['one row', [2], { Reviewer1: 2, Reviewer2: 0 }],
        ['no row', [], { Reviewer1: 0, Reviewer2: 0 }],
        ['three rows', [5, 4, 1], { Reviewer1: 5, Reviewer2: 4 }],
        ['a row with NULL', [5, null], { Reviewer1: 5, Reviewer2: null }]
      ])('reads %s, and leaves them as they are', async (_what, rows, ratings) => {
        await database.createOriginal(rows)
        const before = await database.dumpOriginal()
        const service = await serve()
        expect(await read(service, 0)).toEqual(stars(0, ratings))
        expect(await read(service, 1)).toEqual(stars(1, ratings))
        expect(await post(service, 1, { Reviewer2: 3, jason: 1 })).toEqual(
          stars(1, { ...ratings, Reviewer2: 3, jason: 1 })
        )
        expect(await read(service, 0)).toEqual(stars(0, ratings))
        expect(await database.dumpOriginal()).toEqual(before)
      })

      test("answers with the original's error if its table is dropped", async () => {
        await database.createOriginal([5, 4])
        const service = await serve()
        await database.dropOriginal()
        // To MongoDB a collection that is not there is an empty one.
        const nothing = stars(0, { Reviewer1: 0, Reviewer2: 0 })
        const couldNotRead = json(500, { error: database.couldNotRead })
        expect(await read(service, 0)).toEqual(database.type === 'mongodb' ? nothing : couldNotRead)
        expect(await ask(service.origin, '/readyz')).toMatchObject({ status: 200 })
      })

      test('shows changes of the table, which lessons make', async () => {
        await database.createOriginal([5, 4])
        const service = await serve()
        await post(service, 1, { Reviewer2: 3 })
        await database.setOriginal(0, 1)
        expect(await read(service, 0)).toEqual(stars(0, { Reviewer1: 1, Reviewer2: 4 }))
        expect(await read(service, 1)).toEqual(stars(1, { Reviewer1: 1, Reviewer2: 3 }))
      })
    })

    describe('posted stars', () => {
      let service: RunningService
      beforeAll(async () => {
        await database.clear()
        service = await startRatings(database.env, { databaseTimes: patiently })
      })
      afterAll(() => service[Symbol.asyncDispose]())

      test('are merged: the last stars of a reviewer count', async () => {
        await post(service, 100, { jason: 1, ann: 2 })
        await post(service, 100, { jason: 5 })
        expect(await post(service, 100, { Reviewer1: 1 })).toEqual(
          stars(100, { Reviewer1: 1, Reviewer2: 4, ann: 2, jason: 5 })
        )
        expect(Object.keys(Object(await read(service, 100)).body.ratings)).toEqual([
          'Reviewer1',
          'Reviewer2',
          'ann',
          'jason'
        ])
      })

      test('with keep=others change only the stars of the reviewer in end-user', async () => {
        await post(service, 105, { ann: 2 })
        const question = {
          method: 'POST',
          body: '{"Reviewer1":1,"ann":1,"jason":3," nobody ":1}',
          headers: { 'end-user': 'jason' }
        }
        expect(await ask(service.origin, '/ratings/105?keep=others', question)).toEqual(
          stars(105, { ...first, ann: 2, jason: 3 })
        )
      })

      test('may be an empty object', async () => {
        expect(await post(service, 101, {})).toMatchObject({ status: 200, body: { id: 101 } })
      })

      test.each([
        '__proto__',
        'constructor',
        "Robert'); DROP TABLE ratings; --",
        '" OR 1=1; --',
        '\\',
        '$where',
        '$set',
        'a.b.c',
        '.',
        '$',
        '%',
        '_',
        '?',
        '{"$gt":0}',
        'Žofie 🎭',
        'ｊａｓｏｎ',
        'o̶l̶d̶',
        'x'.repeat(100),
        '🎭'.repeat(100)
      ])('accept the reviewer name %s', async (reviewer) => {
        const body = `{${JSON.stringify(reviewer)}:3}`
        const answer = await ask(service.origin, '/ratings/102', { method: 'POST', body })
        expect(answer.status).toBe(200)
        const { ratings } = Object(answer.body)
        expect(Object.entries(ratings).filter(([name]) => name === reviewer)).toEqual([[reviewer, 3]])
        expect(await read(service, 102)).toEqual(answer)
        expect(await post(service, 102, {})).toEqual(answer)
      })

      test('keep reviewer names apart that differ in case, accents or blanks', async () => {
        const names = { jason: 1, Jason: 2, JASON: 3, jasón: 4, 'ja son': 5, ﬁ: 1, fi: 2, é: 3, 'e\u0301': 4 }
        expect(await post(service, 103, names)).toMatchObject({ status: 200, body: { ratings: names } })
        for (const [name, given] of Object.entries(names)) await post(service, 103, { [name]: 6 - given })
        const turned = Object.fromEntries(Object.entries(names).map(([name, given]) => [name, 6 - given]))
        expect(await read(service, 103)).toMatchObject({ status: 200, body: { ratings: turned } })
      })

      test.each([
        ['no name', ''],
        ['a name of 101 characters', 'x'.repeat(101)],
        ['a blank before', ' jason'],
        ['a blank behind', 'jason '],
        ['a zero byte', 'ja\u0000son'],
        ['a line break', 'jason\n'],
        ['half a character', '\ud83c']
      ])('are refused for %s, and change nothing', async (_what, name) => {
        const before = await read(service, 104)
        const error =
          'please provide reviewer names of 1 to 100 characters, without control characters and without blanks around them'
        expect(await post(service, 104, { [name]: 3, jason: 1 })).toEqual(json(400, { error }))
        expect(await read(service, 104)).toEqual(before)
      })

      test('are refused where the original refuses them', async () => {
        const noRatings = json(400, { error: 'please provide valid ratings JSON' })
        const noNumber = json(400, { error: 'please provide numeric product ID' })
        expect(await ask(service.origin, '/ratings/0', { method: 'POST', body: '{bad' })).toEqual(noRatings)
        expect(await ask(service.origin, '/ratings/abc', { method: 'POST', body: '{}' })).toEqual(noNumber)
        expect(await ask(service.origin, '/ratings/abc')).toEqual(noNumber)
        for (const given of [{ a: 0 }, { a: 6 }, { a: '5' }, { a: { $gt: 0 } }, [5], null]) {
          expect(await post(service, 0, given)).toEqual(noRatings)
        }
      })

      test('are announced by OPTIONS', async () => {
        const { origin } = service
        const { status, headers } = await askFully(origin, '/ratings/0', { method: 'OPTIONS' })
        expect({ status, allow: headers['allow'] }).toEqual({ status: 200, allow: 'GET, HEAD, OPTIONS, POST' })
      })
    })

    describe('bounds', () => {
      const crowd = (from: number, to: number) =>
        Object.fromEntries(
          Array.from({ length: to - from }, (_, index) => [`r${String(from + index).padStart(3, '0')}`, 1])
        )

      test("a product has at most 100 reviewers, with the original's two", async () => {
        const service = await serve()
        const tooMany = json(409, { error: 'a product has ratings of at most 100 reviewers, and these would be more' })
        await post(service, 200, crowd(0, 97))
        expect(await post(service, 200, crowd(97, 99))).toEqual(tooMany)
        expect(Object.keys(Object(await read(service, 200)).body.ratings).length).toBe(99)
        expect(await post(service, 200, { ...crowd(97, 98), Reviewer1: 2 })).toMatchObject({ status: 200 })
        expect(await post(service, 200, { one: 1 })).toEqual(tooMany)
        expect(await post(service, 200, { r000: 5 })).toMatchObject({ status: 200, body: { ratings: { r000: 5 } } })
        expect(await post(service, 201, crowd(0, 99))).toEqual(tooMany)
        expect(Object.keys(Object(await read(service, 201)).body.ratings).length).toBe(2)
      })

      test('at most 10,000 products have ratings, even if new ones are posted at the same time', async () => {
        await database.clear()
        const service = await serve()
        await database.fillProducts(9_999)
        const answers = await Promise.all(Array.from({ length: 20 }, (_, id) => post(service, id, { jason: 1 })))
        expect(answers.filter(({ status }) => status === 200).length).toBe(1)
        expect(answers.filter(({ status }) => status === 409).length).toBe(19)
        expect(answers.find(({ status }) => status === 409)).toEqual(
          json(409, { error: 'at most 10000 products have ratings, and this would be one more' })
        )
        const full = answers.findIndex(({ status }) => status === 409)
        expect(await read(service, full)).toEqual(stars(full, first))
        const stored = answers.findIndex(({ status }) => status === 200)
        expect(await post(service, stored, { ann: 2 })).toEqual(stars(stored, { ...first, ann: 2, jason: 1 }))
        expect((await post(service, 1_000_001, { ann: 2 })).status).toBe(200)
      })
    })

    describe('writers at the same time', () => {
      test('lose no stars: 90 reviewers, three replicas, one product', async () => {
        await database.clear()
        const replicas = [await serve(), await serve(), await serve()]
        const people = Array.from({ length: 90 }, (_, index) => `person ${index}`)
        const answers = await Promise.all(
          replicas.flatMap((replica, turn) =>
            people
              .filter((_person, index) => index % replicas.length === turn)
              .map((person) => post(replica, 0, { [person]: starsOf(person) }))
          )
        )
        expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200))
        const all = Object.fromEntries(people.map((person) => [person, starsOf(person)]))
        for (const replica of replicas) expect(await read(replica, 0)).toEqual(stars(0, { ...first, ...all }))
      })

      test('store the stars of one request together', async () => {
        const replicas = [await serve(), await serve()]
        const turns = Array.from({ length: 30 }, (_, index) => ({ id: 300 + (index % 6), given: 1 + (index % 5) }))
        const answers = await Promise.all(
          replicas.flatMap((replica) => turns.map(({ id, given }) => post(replica, id, { left: given, right: given })))
        )
        expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(200))
        for (const replica of replicas) {
          for (let id = 0; id < 6; id += 1) {
            const { left, right } = Object(await read(replica, 300 + id)).body.ratings
            expect(left).toBeGreaterThan(0)
            expect(left).toBe(right)
          }
        }
      })
    })
  })
}
