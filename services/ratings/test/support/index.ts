import { loadConfig } from '@bookinfo/service-kit'
import { serviceStarter } from '@bookinfo/service-kit/testing'
import { buildApp, RatingsConfig } from '../../src/app.ts'

export const startRatings = serviceStarter({
  name: 'ratings',
  load: (env) => loadConfig(RatingsConfig, env, []),
  build: buildApp
})

/** Slow enough for a machine with much else to do: nothing fails for want of time. */
export const patiently = { budgetMs: 20_000, prepareMs: 20_000, checkMs: 50 }

/** Quicker than the service by itself, for tests of what takes too long. */
export const quickly = { budgetMs: 400, prepareMs: 2_000, checkMs: 100 }

export { mariadbPath, startMariadb } from '../database/servers/mariadb.ts'
export { hasMongodb, startMongodb } from '../database/servers/mongodb.ts'
export { postgresPath, startPostgres } from '../database/servers/postgres.ts'
export { startSqlite } from '../database/servers/sqlite.ts'
export type { ServerDatabase, TestDatabase } from '../database/servers/test-database.ts'
