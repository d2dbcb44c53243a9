import { createServer, openDispatcher, type App, type LogOptions, type Tracing } from '@bookinfo/service-kit'
import { BOOK_SERVICE_TIMEOUT_MS, bookServiceUrl, createBookService } from './book-service.ts'
import { knownBook, type AskForBook } from './book.ts'
import type { DetailsConfig } from './config.ts'
import type { Clock } from './last-answer.ts'
import { detailsRoutes } from './routes.ts'

export interface DetailsDeps {
  logStream?: LogOptions['stream']
  tracing?: Tracing
  /** In place of the one that fits productpage's, for tests. */
  bookServiceTimeoutMs?: number
  now?: Clock
}

export function buildApp(config: DetailsConfig, deps: DetailsDeps = {}): App {
  const { logStream, tracing, bookServiceTimeoutMs = BOOK_SERVICE_TIMEOUT_MS, now = () => performance.now() } = deps
  const { app } = createServer({
    name: 'details',
    title: 'Bookinfo details',
    description: 'Facts about one book.',
    version: config.SERVICE_VERSION,
    tracing,
    log: { level: config.LOG_LEVEL, stream: logStream },
    router: { ignoreDuplicateSlashes: true }
  })
  app.register(detailsRoutes, { ask: config.ENABLE_EXTERNAL_BOOK_SERVICE ? externalBook() : async () => knownBook })
  return app

  function externalBook(): AskForBook {
    const url = bookServiceUrl(config)
    const dispatcher = openDispatcher(app, 'per-request', { onlyTls: url.protocol === 'https:' })
    return createBookService(config, { url, dispatcher, timeoutMs: bookServiceTimeoutMs, now })
  }
}
