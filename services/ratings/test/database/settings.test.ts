import { expect, test } from 'vitest'
import { ask, askFully, json } from '@bookinfo/service-kit/testing'
import { startRatings } from '../support/index.ts'

// As the original, it runs without an address of MongoDB, and its answers report that.
test('v2 without MONGO_DB_URL runs, answers like the original, and names the missing setting', async () => {
  await using service = await startRatings({ SERVICE_VERSION: 'v2' }, {}, { errorsExpected: true })
  const { origin, log } = service
  const noConnection = json(500, { error: 'could not connect to ratings database' })
  expect(await ask(origin, '/ratings/0')).toEqual(noConnection)
  expect(await ask(origin, '/ratings/abc')).toEqual(json(400, { error: 'please provide numeric product ID' }))
  expect(await ask(origin, '/ratings/0', { method: 'POST', body: '{bad' })).toEqual(
    json(400, { error: 'please provide valid ratings JSON' })
  )
  expect(await ask(origin, '/ratings/0', { method: 'POST', body: '{"jason":3}' })).toEqual(noConnection)
  expect((await askFully(origin, '/ratings/0', { method: 'OPTIONS' })).headers['allow']).toBe('GET, HEAD, OPTIONS')
  expect(await ask(origin, '/health')).toEqual(json(200, { status: 'Ratings is healthy' }))
  const problem = 'the ratings database cannot be used: MONGO_DB_URL is not set'
  expect(await ask(origin, '/readyz')).toEqual(json(503, { error: problem }))
  expect(log.errors()).toMatchObject([{ msg: 'ratings database cannot be used', code: 'MONGO_DB_URL is not set' }])
})

test.each([
  [
    'an invalid address',
    'http://mongodb:27017',
    'MONGO_DB_URL must be a mongodb:// or mongodb+srv:// address, got a value that is not shown'
  ],
  [
    'an unknown option',
    'mongodb://u:secret@h/test?nonsense=1',
    "MONGO_DB_URL must be an address that MongoDB's library takes, got a value that is not shown"
  ]
])('%s of MongoDB stops the start, and is not shown', async (_what, url, message) => {
  const started = Promise.resolve().then(() => startRatings({ SERVICE_VERSION: 'v2', MONGO_DB_URL: url }))
  await expect(started).rejects.toThrow(message)
  await expect(started).rejects.not.toThrow('secret')
})

test('a DB_TLS_CA_FILE that cannot be read stops the start', async () => {
  const env = { SERVICE_VERSION: 'v2', DB_TYPE: 'mysql', DB_TLS: 'verify-ca', DB_TLS_CA_FILE: '/nowhere/ca.pem' }
  await expect(startRatings(env)).rejects.toThrow(
    'DB_TLS_CA_FILE names a file that cannot be read: "/nowhere/ca.pem" (ENOENT)'
  )
})

test.each(['mysql', 'postgres', 'sqlite', 'mongodb'])(
  'DB_TLS_CA_FILE without DB_TLS stops the start: %s',
  async (type) => {
    const env = {
      SERVICE_VERSION: 'v2',
      DB_TYPE: type,
      DB_TLS_CA_FILE: '/etc/ca.pem',
      MONGO_DB_URL: 'mongodb://h/test'
    }
    await expect(startRatings(env)).rejects.toThrow(
      'DB_TLS_CA_FILE is set, but DB_TLS is off: set DB_TLS to verify-ca or verify-full, or leave DB_TLS_CA_FILE unset'
    )
  }
)

test.each(['verify-ca', 'verify-full'])('DB_TLS=%s with SQLite stops the start', async (mode) => {
  await expect(startRatings({ SERVICE_VERSION: 'v2', DB_TYPE: 'sqlite', DB_TLS: mode })).rejects.toThrow(
    `DB_TLS must be off with DB_TYPE=sqlite, got "${mode}"`
  )
})

test('DB_TLS=verify-full with an IP address stops the start', async () => {
  const env = { SERVICE_VERSION: 'v2', DB_TYPE: 'mysql', DB_TLS: 'verify-full', MYSQL_DB_HOST: '127.0.0.1' }
  await expect(startRatings(env)).rejects.toThrow(
    'MYSQL_DB_HOST must be a host name with DB_TLS=verify-full, got "127.0.0.1"'
  )
})
