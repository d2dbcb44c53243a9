import { connect } from 'node:net'
import { Client, Pool as PgPool, type PoolClient, type QueryResult } from 'pg'
import type { Connection, Pool, ServerOptions } from '../database/sql/pool.ts'

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

  function toConnection(client: PoolClient): Connection {
    let isRunning = false
    return {
      async run({ text, operation }, values) {
        const limited = operation === 'BEGIN' ? `${text}; ${limits(timeoutMs)}` : toNumbered(text)
        isRunning = true
        try {
          return toResult(await client.query(limited, values.length > 0 ? [...values] : undefined))
        } finally {
          isRunning = false
        }
      },
      release: () => client.release(),
      destroy() {
        if (isRunning) cancel(client, options, () => client.release(true))
        else client.release(true)
      }
    }
  }

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

/** The server gives up by itself, as this process may not be there to ask for it. */
function limits(timeoutMs: number): string {
  const names = ['statement_timeout', 'idle_in_transaction_session_timeout']
  return names.map((name) => `SET LOCAL ${name} = ${Math.ceil(timeoutMs)}`).join('; ')
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

const CANCEL_REQUEST = 80_877_102
/** Milliseconds; then the connection is closed, whether the server has answered or not. */
const CANCEL_PATIENCE_MS = 500

/**
 * Cancels the statement that is running. A server only notices that a connection has closed when it writes to it, and that may
 * be long after, if the statement waits for a lock.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
function cancel(client: object, { host, port }: ServerOptions, done: () => void): void {
  if (!('processID' in client && 'secretKey' in client)) return done()
  const request = Buffer.alloc(16)
  for (const [place, value] of [16, CANCEL_REQUEST, Number(client.processID), Number(client.secretKey)].entries()) {
    request.writeInt32BE(value, place * 4)
  }
  const socket = connect({ host, port })
  socket.setTimeout(CANCEL_PATIENCE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('close', done)
  socket.resume().end(request)
}
