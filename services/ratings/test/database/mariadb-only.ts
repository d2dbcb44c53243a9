import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '../support/index.ts'
import { PASSWORD, startMariadb, type MariadbServer } from './servers/mariadb.ts'

/** What a strict cluster such as Percona XtraDB refuses. */
const refused =
  /\b(GET_LOCK|RELEASE_LOCK|LOCK TABLES?|FLUSH|XA|HANDLER|MyISAM|DISCARD|IMPORT)\b|CREATE TABLE.*\bSELECT\b/is

export function describeMariadb(): void {
  describe('MariaDB alone', () => {
    let database: MariadbServer
    beforeAll(async () => {
      database = await startMariadb()
    })
    afterAll(() => database[Symbol.asyncDispose]())
    const read = ({ origin }: { origin: string }) => ask(origin, '/ratings/0')

    test('a strict cluster accepts every statement, and every table has a primary key', async () => {
      await database.clear()
      const sent = await database.statements(async () => {
        await using service = await startRatings(database.env, { databaseTimes: patiently })
        expect(await read(service)).toMatchObject({ status: 200 })
        const body = '{"jason":3}'
        expect(await ask(service.origin, '/ratings/0', { method: 'POST', body })).toMatchObject({ status: 200 })
      })
      const created = sent.filter((text) => text.startsWith('CREATE TABLE'))
      expect(created.length).toBe(4)
      for (const text of created) expect(text).toMatch(/PRIMARY KEY.*ENGINE = InnoDB/)
      expect(sent.filter((text) => refused.test(text))).toEqual([])
    })

    test('a replica fills the original table if another one ended before that', async () => {
      await database.clear()
      await database.run(`USE test; CREATE TABLE bookinfo_schema (version INT NOT NULL PRIMARY KEY);
        INSERT INTO bookinfo_schema VALUES (0); CREATE TABLE ratings (ReviewID INT NOT NULL PRIMARY KEY, Rating INT)`)
      await using service = await startRatings(database.env, { databaseTimes: patiently })
      expect(await read(service)).toEqual(json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } }))
    })

    test.each(['short', '32 bytes of a password, no more.', 'Žofie 🎭 and more than 32 bytes of a password'])(
      'a user of ed25519 can sign in with the password "%s"',
      async (password) => {
        await database.run(`INSTALL PLUGIN IF NOT EXISTS ed25519 SONAME 'auth_ed25519'; CREATE OR REPLACE USER modern@'%'
          IDENTIFIED VIA ed25519 USING PASSWORD('${password}'); GRANT ALL ON *.* TO modern@'%'`)
        const env = { ...database.user('modern'), MYSQL_DB_PASSWORD: password }
        await using service = await startRatings(env, { databaseTimes: patiently })
        expect(await read(service)).toMatchObject({ status: 200 })
      }
    )

    test('the error for a user of unix_socket names the plugins that work', async () => {
      await database.run(`CREATE OR REPLACE USER other@'%' IDENTIFIED VIA unix_socket`)
      const env = database.user('other')
      await using service = await startRatings(env, { databaseTimes: patiently }, { errorsExpected: true })
      expect(await read(service)).toMatchObject({ status: 500 })
      const { body } = await ask(service.origin, '/readyz')
      expect(Object(body).error).toContain('the user signs in without a password (unix_socket)')
      expect(Object(body).error).toContain('use mysql_native_password, caching_sha2_password or ed25519 for this user')
      expect(JSON.stringify(service.log.lines)).not.toContain(PASSWORD)
    })
  })
}
