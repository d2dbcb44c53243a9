export { buildApp } from './app.ts'
export { ProductpageConfig } from './config.ts'
