import { loadConfig } from '@bookinfo/service-kit'
import { serviceStarter, type Env } from '@bookinfo/service-kit/testing'
import { buildApp, DetailsConfig } from '../../src/app.ts'

export * from './volumes.ts'

export const startDetails = serviceStarter({
  name: 'details',
  load: (env) => loadConfig(DetailsConfig, env, []),
  build: buildApp
})

/** Settings of details v2 with a book service. Its answers are not cached. */
export const v2 = (url: string): Env => ({
  SERVICE_VERSION: 'v2',
  ENABLE_EXTERNAL_BOOK_SERVICE: 'true',
  BOOK_SERVICE_URL: url,
  BOOK_FRESH_SECONDS: '0',
  BOOK_STALE_SECONDS: '0'
})
