import { createServer, type App, type LogOptions, type Tracing } from '@bookinfo/service-kit'
import { setTimeout as sleep } from 'node:timers/promises'
import { createChance } from './chance.ts'
import type { RatingsConfig } from './config.ts'
import { createFaults, type FaultDeps } from './faults.ts'
import { ratingsRoutes } from './routes.ts'
import { createMemoryStore } from './store.ts'

export interface RatingsDeps extends Partial<FaultDeps> {
  logStream?: LogOptions['stream']
  tracing?: Tracing
}

export function buildApp(config: RatingsConfig, deps: RatingsDeps = {}): App {
  const { chance = createChance(config.FAULT_SEED), now = () => performance.now(), logStream } = deps
  const faults = createFaults(config.SERVICE_VERSION, { chance, now, sleep: deps.sleep ?? sleep })
  const { app } = createServer({
    name: 'ratings',
    title: 'Bookinfo ratings',
    description: 'Stars that reviewers gave.',
    version: config.SERVICE_VERSION,
    tracing: deps.tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    whyNotReady: () => (faults.healthy() ? undefined : 'unhealthy on purpose')
  })
  app.register(ratingsRoutes, { store: createMemoryStore(), faults })
  return app
}
