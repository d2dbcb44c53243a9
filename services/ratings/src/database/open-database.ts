import { ConfigError } from '@bookinfo/service-kit'
import { isIP } from 'node:net'
import { DatabaseError, type Database } from './database.ts'
import type { Dialect } from './sql/dialect.ts'
import type { MongoOptions } from './mongodb/server.ts'
import { createMongoDatabase } from './mongodb/mongo-database.ts'
import { mysql } from './sql/mysql.ts'
import { postgres } from './sql/postgres.ts'
import type { DatabaseConfig } from './settings.ts'
import { createSqlDatabase } from './sql/sql-database.ts'
import type { Pool, ServerOptions } from './sql/pool.ts'
import { sqlite } from './sqlite/sqlite.ts'
import { createSqlitePool } from './sqlite/pool.ts'
import { readTls } from './tls.ts'

/** The name of the database in the original. */
const DATABASE = 'test'

const MAX_CONNECTIONS = 10
const IDLE_TIMEOUT_MS = 60_000

/**
 * The database that the settings name; nothing is connected yet. Only its own library is loaded.
 *
 * @param budgetMs milliseconds that one use may take
 * @throws ConfigError if a file is missing on this machine, or if settings contradict each other
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

/**
 * Replaces a database without an address. The service runs without it, as the original does, and reports it.
 *
 * @param reason what is missing, for the operator
 */
function createMissingDatabase(type: string, reason: string): Database {
  const fail = () => Promise.reject(new DatabaseError('unreachable', { code: reason }))
  return { type, inspect: fail, prepare: fail, read: fail, write: fail, ping: fail, close: async () => undefined }
}

/** In a build, the libraries are files beside `main.js`, so that a service without a database starts fast. */
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
