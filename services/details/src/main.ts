import { run } from '@bookinfo/service-kit'
import { buildApp } from './app.ts'
import { DetailsConfig } from './config.ts'

await run({ name: 'details', schema: DetailsConfig, build: buildApp })
