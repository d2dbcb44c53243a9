import { ConfigError } from '@bookinfo/service-kit'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Database } from './database.ts'
import type { Dialect } from './dialect.ts'
import { createMissingDatabase } from './missing-database.ts'
import type { MongoOptions } from './mongo.ts'
import { createMongoDatabase } from './mongo-database.ts'
import { mysql } from './mysql.ts'
import type { ServerOptions, TlsOptions } from './options.ts'
import { postgres } from './postgres.ts'
import type { DatabaseConfig } from './settings.ts'
import { createSqlDatabase } from './sql-database.ts'
import type { Pool } from './sql.ts'
import { sqlite } from './sqlite.ts'
import { createSqlitePool } from './sqlite-pool.ts'

/** The original's name for it, everywhere. */
const DATABASE = 'test'

const MAX_CONNECTIONS = 10
const IDLE_TIMEOUT_MS = 60_000

/**
 * The database that the settings name; nothing is connected yet. Only its own library is loaded.
 *
 * @param budgetMs milliseconds that one use may take
 * @throws ConfigError naming what is missing on this machine, or what contradicts what
 */
export async function openDatabase(config: DatabaseConfig, budgetMs: number): Promise<Database> {
  const limits = {
    database: DATABASE,
    tls: await readTls(config),
    timeoutMs: budgetMs,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxConnections: MAX_CONNECTIONS
  }
  switch (config.DB_TYPE) {
    case 'mysql': {
      const { createMysqlPool } = await beside('mysql', import('../drivers/mysql.ts'))
      const { MYSQL_DB_HOST: host, MYSQL_DB_PORT: port, MYSQL_DB_USER: user, MYSQL_DB_PASSWORD: password } = config
      // Given an address, the library would look for "localhost" in the certificate.
      if (limits.tls?.checkHost && isIP(host) !== 0) {
        throw new ConfigError(`MYSQL_DB_HOST must be a host name with DB_TLS=verify-full, got "${host}"`)
      }
      return onServer(mysql, createMysqlPool, { ...limits, host, port, user, password })
    }
    case 'postgres': {
      const { createPostgresPool } = await beside('postgres', import('../drivers/postgres.ts'))
      const { POSTGRES_DB_HOST: host, POSTGRES_DB_PORT: port } = config
      const { POSTGRES_DB_USER: user, POSTGRES_DB_PASSWORD: password } = config
      return onServer(postgres, createPostgresPool, { ...limits, host, port, user, password })
    }
    case 'sqlite': {
      const pool = createSqlitePool(config.SQLITE_DB_FILE)
      return createSqlDatabase({ dialect: sqlite, pool, address: { namespace: 'main' } })
    }
    case 'mongodb':
      return openMongo(config, limits)
    default:
      return config.DB_TYPE satisfies never
  }
}

async function openMongo({ MONGO_DB_URL: url }: DatabaseConfig, limits: Omit<MongoOptions, 'url'>): Promise<Database> {
  if (url === '') return createMissingDatabase('mongodb', 'MONGO_DB_URL is not set')
  const { createMongoServer } = await beside('mongodb', import('../drivers/mongodb.ts'))
  try {
    return createMongoDatabase(createMongoServer({ ...limits, url }), DATABASE)
  } catch (cause) {
    // The library may repeat the address, which holds the password.
    const name = cause instanceof Error ? cause.name : 'error'
    throw new ConfigError(
      `MONGO_DB_URL must be an address that MongoDB's library takes, got a value that is not shown (${name})`,
      { cause }
    )
  }
}

function onServer(dialect: Dialect, createPool: (options: ServerOptions) => Pool, options: ServerOptions): Database {
  const server = { address: options.host, port: options.port }
  return createSqlDatabase({ dialect, pool: createPool(options), address: { namespace: options.database, server } })
}

async function readTls(config: DatabaseConfig): Promise<TlsOptions | undefined> {
  const { DB_TYPE: type, DB_TLS: mode, DB_TLS_CA_FILE: file } = config
  if (mode === 'off') {
    // Whoever names authorities wants them asked, and must not be left with a plain connection.
    if (file === '') return undefined
    throw new ConfigError(
      'DB_TLS_CA_FILE is set, but DB_TLS is off: set DB_TLS to verify-ca or verify-full, or leave DB_TLS_CA_FILE unset'
    )
  }
  if (type === 'sqlite') throw new ConfigError(`DB_TLS must be off with DB_TYPE=sqlite, got "${mode}"`)
  const checkHost = mode === 'verify-full'
  if (file === '') return { checkHost, ca: undefined }
  try {
    return { checkHost, ca: await readFile(file, 'utf8') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new ConfigError(`DB_TLS_CA_FILE names a file that cannot be read: "${file}" (${String(code)})`, {
      cause: error
    })
  }
}

/** A bundle has the libraries in files beside it, so that it starts as fast without any. */
async function beside<T>(name: string, loading: Promise<T>): Promise<T> {
  try {
    return await loading
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    throw new ConfigError(`DB_TYPE is ${name}, but ${name}.js does not lie beside main.js: put it there`, {
      cause: error
    })
  }
}
