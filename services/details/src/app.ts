import { createServer, type App, type LogOptions } from '@bookinfo/service-kit'
import type { DetailsConfig } from './config.ts'
import { detailsRoutes } from './routes.ts'

export interface DetailsDeps {
  logStream?: LogOptions['stream']
}

export function buildApp(config: DetailsConfig, { logStream }: DetailsDeps = {}): App {
  const { app } = createServer({
    name: 'details',
    title: 'Bookinfo details',
    description: 'Facts about one book.',
    version: config.SERVICE_VERSION,
    log: { level: config.LOG_LEVEL, stream: logStream },
    router: { ignoreDuplicateSlashes: true }
  })
  app.register(detailsRoutes)
  return app
}
