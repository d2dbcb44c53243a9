import { describe, expect, test } from 'vitest'
import { createMongoDatabase } from '../../src/database/mongodb/mongo-database.ts'
import type { MongoServer } from '../../src/database/mongodb/server.ts'
import { describeFaults } from './faults.ts'
import { enforcesRights, hasMongodb, startMongodb } from './servers/mongodb.ts'
import { shareDatabase } from './servers/test-database.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'
import { describeTls } from './tls.ts'

describe.runIf(hasMongodb)('MongoDB', () => {
  const start = shareDatabase(() => startMongodb())
  describeStore('MongoDB', start)
  describeFaults('MongoDB', start, enforcesRights)
  describeSpans('MongoDB', start)
  describeTls('MongoDB', startMongodb)
})

test.each([
  ['neither read our collections nor write', (command: object) => !('find' in command && command.find === 'ratings')],
  ['not write', (command: object) => !('find' in command)]
])('a user of MongoDB who may %s gets the original stars', async (_what, isForbidden) => {
  const database = createMongoDatabase(serverThatForbids(isForbidden), 'test')
  const use = { signal: new AbortController().signal, observe: () => () => undefined }
  expect(await database.prepare(use)).toBe('read')
  expect(await database.inspect(use)).toBe('original')
  expect(await database.read(7, 'original', use)).toEqual({ id: 7, ratings: { Reviewer1: 2, Reviewer2: 4 } })
})

/** FerretDB 1 lets every user do everything, so this test answers in its place: code 13 is "Unauthorized". */
function serverThatForbids(isForbidden: (command: object) => boolean): MongoServer {
  return {
    address: { address: 'localhost', port: 27_017 },
    async command(command) {
      if (isForbidden(command)) throw new Error('not authorized')
      return { cursor: { firstBatch: command['find'] === 'ratings' ? [{ rating: 2 }, { rating: 4 }] : [] } }
    },
    failureOf: () => ({ name: 'MongoServerError', code: 13 }),
    close: async () => undefined
  }
}
