import { run } from '@bookinfo/service-kit'
import { buildApp } from './app.ts'
import { ReviewsConfig } from './config.ts'

await run({ name: 'reviews', schema: ReviewsConfig, build: buildApp })
