import { describe } from 'vitest'
import { postgresPath, startPostgres } from './servers/postgres.ts'
import { describeStore } from './stores.ts'

describe.runIf(postgresPath)('PostgreSQL', () => {
  describeStore('PostgreSQL', startPostgres)
})
