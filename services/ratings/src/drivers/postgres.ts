import { Client, Pool as PgPool, type PoolClient } from 'pg'
import type { Connection, Pool, ServerOptions } from '../database/sql/pool.ts'

/** Where one connects to make a database: every server has it. */
const MAINTENANCE_DATABASE = 'postgres'

/** Connections to PostgreSQL. */
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
      // Undefined says that the name is fine.
      ...(!tls.checkHost && { checkServerIdentity: () => undefined })
    }
  }
  const pool = new PgPool({
    ...server,
    database,
    max: maxConnections,
    idleTimeoutMillis: idleTimeoutMs,
    keepAlive: true,
    // The server gives up by itself, too: nobody here may be left to say so.
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs
  })
  // Idle connections that end leave the pool; whoever uses one hears of its end.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))

  return {
    connect: async () => toConnection(await pool.connect()),
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

/** Names under which statements are prepared, the same on every connection. */
const names = new Map<string, { name: string; text: string }>()

function prepared(text: string): { name: string; text: string } {
  const known = names.get(text)
  if (known) return known
  let place = 0
  const statement = { name: `bookinfo_${names.size}`, text: text.replace(/\?/g, () => `$${(place += 1)}`) }
  names.set(text, statement)
  return statement
}

function toConnection(client: PoolClient): Connection {
  return {
    async run({ text }, values) {
      const statement = values.length === 0 ? { text } : prepared(text)
      const { rows, rowCount } = await client.query<Record<string, unknown>>({ ...statement, values: [...values] })
      return { rows, changed: rowCount ?? 0 }
    },
    release: () => client.release(),
    destroy: () => client.release(true)
  }
}
