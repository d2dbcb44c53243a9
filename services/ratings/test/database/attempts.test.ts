import { expect, test } from 'vitest'
import { DatabaseError, noCall, type Database } from '../../src/database/database.ts'
import { patiently } from '../support/index.ts'
import { watchDatabase } from '../../src/database/watched-database.ts'

const ignore = () => undefined
const database: Database = {
  type: 'test',
  inspect: async () => 'all',
  prepare: async () => 'write',
  read: async (id) => ({ id, ratings: {} }),
  write: async (id, ratings) => ({ id, ratings }),
  ping: async () => undefined,
  close: async () => undefined
}

/** Writes to a database that reports this number of conflicts. */
async function write(conflicts: number) {
  const watched = watchDatabase({
    database,
    observe: () => ignore,
    log: { info: ignore, warn: ignore, error: ignore },
    describe: () => ({}),
    times: patiently,
    chance: () => 0
  })
  let attempts = 0
  const written = watched.write(noCall, async () => {
    attempts += 1
    if (attempts <= conflicts) throw new DatabaseError('conflict', { code: 'another writer was faster' })
    return 'written'
  })
  const result = await written.catch((error: unknown) => String(error))
  await watched.close()
  return { result, attempts }
}

test('a write is tried again after a conflict, 20 times at most', async () => {
  expect(await write(0)).toEqual({ result: 'written', attempts: 1 })
  expect(await write(19)).toEqual({ result: 'written', attempts: 20 })
  expect(await write(20)).toEqual({ result: 'DatabaseError: another writer was faster', attempts: 20 })
})
