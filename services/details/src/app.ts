import { createServer, openOutsideDispatcher, type App, type LogOptions, type Tracing } from '@bookinfo/service-kit'
import { BOOK_SERVICE_TIMEOUT_MS, bookServiceUrl, createBookService } from './book-service.ts'
import { knownBook, type AskForBook } from './book.ts'
import type { DetailsConfig } from './config.ts'
import { detailsRoutes } from './routes.ts'

export { DetailsConfig } from './config.ts'

export interface DetailsDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  /** Replaces the time limit in tests. */
  bookServiceTimeoutMs?: number
  nowMs?: () => number
}

export function buildApp(config: DetailsConfig, deps: DetailsDeps = {}): App {
  const { logStream, tracing, bookServiceTimeoutMs = BOOK_SERVICE_TIMEOUT_MS, nowMs = () => performance.now() } = deps
  const { app } = createServer({
    name: 'details',
    title: 'Bookinfo details',
    description: 'Facts about one book.',
    version: config.SERVICE_VERSION,
    settings: config,
    hops: 1,
    tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    router: { ignoreDuplicateSlashes: true }
  })
  app.register(detailsRoutes, { ask: config.ENABLE_EXTERNAL_BOOK_SERVICE ? externalBook() : async () => knownBook })
  return app

  function externalBook(): AskForBook {
    const url = bookServiceUrl(config)
    const dispatcher = openOutsideDispatcher(app, { proxies: config, onlyTls: url.protocol === 'https:' })
    return createBookService(config, { url, dispatcher, timeoutMs: bookServiceTimeoutMs, nowMs })
  }
}
