import { loadConfig } from '@bookinfo/service-kit'
import { serviceStarter } from '@bookinfo/service-kit/testing'
import { buildApp, DetailsConfig } from '../../src/app.ts'

export * from './volumes.ts'

export const startDetails = serviceStarter({
  name: 'details',
  load: (env) => loadConfig(DetailsConfig, env, []),
  build: buildApp
})
