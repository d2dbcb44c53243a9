export { buildApp } from './app.ts'
export { DetailsConfig } from './config.ts'
