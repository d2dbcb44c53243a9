import { createServer, observeDatabase, type App, type LogOptions, type Tracing } from '@bookinfo/service-kit'
import { setTimeout as sleep } from 'node:timers/promises'
import { createChance } from './faults.ts'
import type { RatingsConfig } from './config.ts'
import { createDatabaseStore } from './database/database-store.ts'
import { databaseTimes, type DatabaseTimes } from './database/watched-database.ts'
import { secretsOf } from './database/settings.ts'
import { openDatabase } from './database/open-database.ts'
import { createFaults, type FaultDeps } from './faults.ts'
import { createMemoryStore } from './store/memory-store.ts'
import { ratingsRoutes } from './routes.ts'
import { NoLoad, NoSelect, type RatingsStore } from './store/store.ts'

export { RatingsConfig } from './config.ts'
export { databaseTimes } from './database/watched-database.ts'

export interface RatingsDeps extends Partial<FaultDeps> {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  databaseTimes?: Partial<DatabaseTimes>
}

export function buildApp(config: RatingsConfig, deps: RatingsDeps = {}): App {
  const { chance = createChance(config.FAULT_SEED), now = () => performance.now(), logStream } = deps
  const faults = createFaults(config.SERVICE_VERSION, { chance, now, sleep: deps.sleep ?? sleep })
  let store: RatingsStore | undefined
  const { app, registry } = createServer({
    name: 'ratings',
    title: 'Bookinfo ratings',
    description: 'Stars that reviewers gave.',
    version: config.SERVICE_VERSION,
    settings: config,
    hops: 2,
    tracing: deps.tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    whyNotReady: () => (faults.healthy() ? store?.whyNotReady() : 'unhealthy on purpose')
  })

  async function openStore(): Promise<RatingsStore> {
    if (config.SERVICE_VERSION !== 'v2') return createMemoryStore()
    const times = { ...databaseTimes, ...deps.databaseTimes }
    return createDatabaseStore({
      database: await openDatabase(config, times.budgetMs),
      NoRead: config.DB_TYPE === 'mongodb' ? NoLoad : NoSelect,
      observe: observeDatabase(registry),
      log: app.log,
      secrets: secretsOf(config),
      times,
      // Not by the seed: replicas with the same seed would pause alike.
      chance: deps.chance ?? Math.random
    })
  }

  app.register(async (scope) => {
    const opened = await openStore()
    store = opened
    scope.addHook('onClose', () => opened.close())
    await scope.register(ratingsRoutes, { store: opened, faults })
  })
  return app
}
