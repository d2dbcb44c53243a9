export { buildApp } from './app.ts'
export { ReviewsConfig } from './config.ts'
