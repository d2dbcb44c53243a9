import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { ask, json } from '@bookinfo/service-kit/testing'
import { startRatings } from '../support/index.ts'
import { startSqlite } from './servers/sqlite.ts'
import { describeLocks } from './locks.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'
import { patiently, quickly } from './times.ts'

describeStore('SQLite', startSqlite)
describeSpans('SQLite', startSqlite)
describeLocks('SQLite', startSqlite)

test('while another program writes to the file, readers are answered, writers wait, and nothing else waits with them', async () => {
  await using database = await startSqlite()
  await using service = await startRatings(database.env, { databaseTimes: patiently })
  expect((await ask(service.origin, '/ratings/0')).status).toBe(200)

  using other = new DatabaseSync(database.env['SQLITE_DB_FILE'] ?? '')
  other.exec('BEGIN IMMEDIATE')
  const write = ask(service.origin, '/ratings/0', { method: 'POST', body: '{"jason":3}' })
  expect(await ask(service.origin, '/livez')).toEqual(json(200, { status: 'ok' }))
  expect(await ask(service.origin, '/readyz')).toEqual(json(200, { status: 'ok' }))
  other.exec('COMMIT')
  expect(await write).toEqual(json(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4, jason: 3 } }))
})

test('a writer does not wait for ever for a file that another program does not let go', async () => {
  await using database = await startSqlite()
  await using service = await startRatings(database.env, { databaseTimes: quickly }, { errorsExpected: true })
  await expect.poll(() => ask(service.origin, '/readyz'), { timeout: 20_000 }).toMatchObject({ status: 200 })

  using other = new DatabaseSync(database.env['SQLITE_DB_FILE'] ?? '')
  other.exec('BEGIN IMMEDIATE')
  const write = () => ask(service.origin, '/ratings/0', { method: 'POST', body: '{"jason":3}' })
  expect(await write()).toMatchObject({ status: 500 })
  other.exec('COMMIT')
  await expect.poll(write, { timeout: 20_000 }).toMatchObject({ status: 200 })
})

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
