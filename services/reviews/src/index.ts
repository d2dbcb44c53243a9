export { buildApp, ratingsTimeoutFor } from './app.ts'
export { ReviewsConfig } from './config.ts'
