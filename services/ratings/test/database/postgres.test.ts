import { describe } from 'vitest'
import { describeFaults } from './faults.ts'
import { describeLocks } from './locks.ts'
import { postgresPath, startPostgres } from './servers/postgres.ts'
import { shareDatabase } from './servers/test-database.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'
import { describeTls } from './tls.ts'

describe.runIf(postgresPath)('PostgreSQL', () => {
  const start = shareDatabase(() => startPostgres())
  describeStore('PostgreSQL', start)
  describeFaults('PostgreSQL', start)
  describeSpans('PostgreSQL', start)
  describeLocks('PostgreSQL', start)
  describeTls('PostgreSQL', startPostgres)
})
