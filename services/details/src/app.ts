import { createServer, type App, type LogOptions, type Tracing } from '@bookinfo/service-kit'
import type { DetailsConfig } from './config.ts'
import { detailsRoutes } from './routes.ts'

export interface DetailsDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
}

export function buildApp(config: DetailsConfig, { logStream, tracing }: DetailsDeps = {}): App {
  const { app } = createServer({
    name: 'details',
    title: 'Bookinfo details',
    description: 'Facts about one book.',
    version: config.SERVICE_VERSION,
    tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    router: { ignoreDuplicateSlashes: true }
  })
  app.register(detailsRoutes)
  return app
}
