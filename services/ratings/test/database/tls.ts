import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, createAuthority, json, type Env } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '../support/index.ts'
import type { Certificate, TestDatabase } from './servers/test-database.ts'

/** MongoDB's library searches for a server for half of the budget. */
const times = { databaseTimes: { ...patiently, budgetMs: 10_000 } }

const works = json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })
const noConnection = json(500, { error: 'could not connect to ratings database' })

/** The tests of connections to a server that requires TLS. Its certificate names `localhost`. */
export function describeTls(kind: string, start: (certificate: Certificate) => Promise<TestDatabase>): void {
  describe(`TLS to ${kind}`, () => {
    let database: TestDatabase
    let folder: string
    const authorities = { right: createAuthority(), wrong: createAuthority() }

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'bookinfo-tls-'))
      for (const [name, { certificate }] of Object.entries(authorities)) {
        await writeFile(join(folder, `${name}.pem`), certificate)
      }
      database = await start(authorities.right.issue('localhost'))
    })
    afterAll(async () => {
      await rm(folder, { recursive: true })
      await database[Symbol.asyncDispose]()
    })

    test('off: the server refuses all connections', async () => {
      await using service = await startRatings(at(database.env, 'localhost'), times, { errorsExpected: true })
      expect(await ask(service.origin, '/ratings/0')).toEqual(noConnection)
    })

    test.each([
      ['verify-full', 'localhost', 'right', works],
      ['verify-ca', '127.0.0.1', 'right', works],
      ['verify-ca', 'localhost', 'wrong', noConnection]
    ] as const)('%s to %s, with the %s authority', async (mode, host, authority, answer) => {
      const env = { ...at(database.env, host), DB_TLS: mode, DB_TLS_CA_FILE: join(folder, `${authority}.pem`) }
      await using service = await startRatings(env, times, { errorsExpected: answer !== works })
      expect(await ask(service.origin, '/ratings/0')).toEqual(answer)
    })

    test.each([
      ['verify-ca', works],
      ['verify-full', noConnection]
    ] as const)('%s, where the certificate is for another host', async (mode, answer) => {
      await using elsewhere = await start(authorities.right.issue('elsewhere.example'))
      const tls = { DB_TLS: mode, DB_TLS_CA_FILE: join(folder, 'right.pem') }
      const env = { ...at(elsewhere.env, 'localhost'), ...tls }
      await using service = await startRatings(env, times, { errorsExpected: answer !== works })
      expect(await ask(service.origin, '/ratings/0')).toEqual(answer)
    })
  })
}

function at(env: Env, host: string): Env {
  const hosts = { MYSQL_DB_HOST: host, POSTGRES_DB_HOST: host }
  const url = env['MONGO_DB_URL']?.replace('@127.0.0.1:', `@${host}:`)
  return { ...env, ...hosts, ...(url !== undefined && { MONGO_DB_URL: url }) }
}
