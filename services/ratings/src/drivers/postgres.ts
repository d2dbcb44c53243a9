import { Client, Pool as PgPool, type PoolClient, type QueryResult } from 'pg'
import type { Connection, Pool, ServerOptions, Value } from '../database/sql/pool.ts'

/** Every server has this database, so one can connect to it to create another. */
const MAINTENANCE_DATABASE = 'postgres'

/**
 * Connections to PostgreSQL, or to a pooler such as PgBouncer. A pooler may give each transaction another server connection,
 * and refuses settings in the start-up packet: so limits are set in each transaction, and no statement is prepared by name.
 */
export function createPostgresPool(options: ServerOptions): Pool {
  const { host, port, user, password, database, tls, timeoutMs, idleTimeoutMs, maxConnections } = options
  const server = {
    host,
    port,
    user,
    password,
    application_name: 'bookinfo-ratings',
    connectionTimeoutMillis: timeoutMs,
    ssl: tls && {
      ...(tls.ca !== undefined && { ca: tls.ca }),
      // Undefined says that the name is right.
      ...(!tls.checkHost && { checkServerIdentity: () => undefined })
    }
  }
  const pool = new PgPool({
    ...server,
    database,
    max: maxConnections,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true
  })
  // Idle connections that end leave the pool. A connection in use reports its end to its user.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))

  return {
    connect: async () => toConnection(await pool.connect(), timeoutMs),
    async createDatabase() {
      const client = new Client({ ...server, database: MAINTENANCE_DATABASE })
      client.on('error', () => undefined)
      try {
        await client.connect()
        await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`)
      } finally {
        await client.end()
      }
    },
    close: async () => pool.end()
  }
}

/** A connection that is closed does not end a statement that waits for a lock: only the server's own limits do. */
function toConnection(client: PoolClient, timeoutMs: number): Connection {
  const limit = `SET LOCAL statement_timeout = ${Math.ceil(timeoutMs)}`
  const idleLimit = `SET LOCAL idle_in_transaction_session_timeout = ${Math.ceil(timeoutMs)}`
  return {
    async run({ text, operation }, values) {
      if (operation === 'BEGIN') return toResult(await client.query(`${text}; ${limit}; ${idleLimit}`))
      const reading = operation === 'SELECT' ? withNumbers(text, values) : undefined
      // Statements that are sent in one text are one transaction, so the limit holds for this one alone.
      if (reading !== undefined) return toResult(await client.query(`${limit}; ${reading}`))
      return toResult(await client.query(toNumbered(text), [...values]))
    },
    release: () => client.release(),
    destroy: () => client.release(true)
  }
}

/** The text with its values in it, which only whole numbers can be; undefined if there are other values. */
function withNumbers(text: string, values: readonly Value[]): string | undefined {
  if (!values.every(Number.isSafeInteger)) return undefined
  const numbers = values.values()
  return text.replace(/\?/g, () => String(numbers.next().value))
}

/** PostgreSQL's numbered placeholders for our question marks, by text. */
const numbered = new Map<string, string>()

function toNumbered(text: string): string {
  const known = numbered.get(text)
  if (known !== undefined) return known
  let place = 0
  const changed = text.replace(/\?/g, () => `$${(place += 1)}`)
  numbered.set(text, changed)
  return changed
}

/** A text of several statements has several results, the last of which counts. */
function toResult(answer: QueryResult<Record<string, unknown>> | QueryResult<Record<string, unknown>>[]) {
  const last = [answer].flat().at(-1)
  return { rows: last?.rows ?? [], changed: last?.rowCount ?? 0 }
}
