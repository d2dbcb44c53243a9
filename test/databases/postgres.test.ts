import { describe } from 'vitest'
import { describeFaults } from './faults.ts'
import { postgresPath, startPostgres } from './servers/postgres.ts'
import { describeSpans } from './spans.ts'
import { describeStore } from './stores.ts'

describe.runIf(postgresPath)('PostgreSQL', () => {
  describeStore('PostgreSQL', startPostgres)
  describeFaults('PostgreSQL', startPostgres)
  describeSpans('PostgreSQL', startPostgres)
})
