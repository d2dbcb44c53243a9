import { loadConfig } from '@bookinfo/service-kit'
import { serviceStarter } from '@bookinfo/service-kit/testing'
import { buildApp, RatingsConfig } from '../../src/index.ts'

export const startRatings = serviceStarter({
  name: 'ratings',
  load: (env) => loadConfig(RatingsConfig, env, []),
  build: buildApp
})

export { mariadbPath, startMariadb } from '../database/servers/mariadb.ts'
export { hasMongodb, startMongodb } from '../database/servers/mongodb.ts'
export { postgresPath, startPostgres } from '../database/servers/postgres.ts'
export { startSqlite } from '../database/servers/sqlite.ts'
export type { ServerDatabase, TestDatabase } from '../database/servers/test-database.ts'
export { patiently } from '../database/times.ts'
