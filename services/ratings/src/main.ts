import { run } from '@bookinfo/service-kit'
import { buildApp } from './app.ts'
import { RatingsConfig } from './config.ts'

await run({ name: 'ratings', schema: RatingsConfig, build: buildApp })
