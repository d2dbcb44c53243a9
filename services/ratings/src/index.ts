export { buildApp } from './app.ts'
export { RatingsConfig } from './config.ts'
