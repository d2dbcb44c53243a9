import { run } from '@bookinfo/service-kit'
import { buildApp } from './app.ts'
import { ProductpageConfig } from './config.ts'

await run({ name: 'productpage', schema: ProductpageConfig, build: buildApp })
