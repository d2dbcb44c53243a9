import { expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { patiently, startRatings } from '../support/index.ts'
import { startSqlite } from './servers/sqlite.ts'
import { describeLocks } from './locks.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'

describeStore('SQLite', startSqlite)
describeSpans('SQLite', startSqlite)
describeLocks('SQLite', startSqlite)

test.each([
  ['in a folder that is not there', '/nowhere/ratings.db', 'unable to open database file'],
  ['that is no database', import.meta.filename, 'file is not a database']
])('a file %s: 500, and not ready', async (_what, file, reason) => {
  const env = { SERVICE_VERSION: 'v2', DB_TYPE: 'sqlite', SQLITE_DB_FILE: file }
  await using service = await startRatings(env, { databaseTimes: patiently }, { errorsExpected: true })
  expect(await ask(service.origin, '/ratings/0')).toMatchObject({ status: 500 })
  expect(await ask(service.origin, '/readyz')).toEqual(
    json(503, { error: `the ratings database cannot be used: ${reason}` })
  )
  expect(await ask(service.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
})
