export { buildApp } from './app.ts'
export { RatingsConfig } from './config.ts'
export { databaseTimes } from './database/watched-database.ts'
