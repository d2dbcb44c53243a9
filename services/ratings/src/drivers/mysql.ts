import { Socket } from 'node:net'
import { createConnection, createPool, type PoolConnection } from 'mysql2/promise'
import { untilAborted } from '../database/database.ts'
import type { Connection, Pool, Result, ServerOptions } from '../database/sql/pool.ts'

/** Connections to MySQL or MariaDB. `mysql2` keeps the statements of each connection prepared. */
export function createMysqlPool(options: ServerOptions): Pool {
  const { host, port, user, password, database, tls, timeoutMs, idleTimeoutMs, maxConnections } = options
  const server = {
    host,
    port,
    user,
    password,
    connectTimeout: timeoutMs,
    ...(tls && { ssl: { verifyIdentity: tls.checkHost, ...(tls.ca !== undefined && { ca: tls.ca }) } })
  }
  const pool = createPool({
    ...server,
    database,
    connectionLimit: maxConnections,
    idleTimeout: idleTimeoutMs,
    enableKeepAlive: true
  })
  // Whoever uses a connection hears of its end; nobody else need.
  pool.on('connection', (connection) => connection.on('error', () => undefined))
  const tuned = new WeakSet<object>()

  return {
    async connect(signal) {
      const connection = await pool.getConnection()
      try {
        if (!tuned.has(connection.connection)) await untilAborted(signal, tune(connection, Math.ceil(timeoutMs / 1000)))
        tuned.add(connection.connection)
        return toConnection(connection)
      } catch (error) {
        destroy(connection)
        throw error
      }
    },
    async createDatabase() {
      const connection = await createConnection(server)
      try {
        await connection.query('CREATE DATABASE IF NOT EXISTS ??', [database])
      } finally {
        connection.destroy()
      }
    },
    // It complains of connections that came to nothing, which is no news any more.
    close: () => pool.end().catch(() => undefined)
  }
}

/** For every new connection: the server waits for a lock no longer than anybody here waits for the answer. */
async function tune(connection: PoolConnection, lockWaitSeconds: number): Promise<void> {
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  await connection.query('SET SESSION innodb_lock_wait_timeout = ?', [lockWaitSeconds])
}

function toConnection(connection: PoolConnection): Connection {
  return {
    async run({ text }, values) {
      // What has no values may be what cannot be prepared, like BEGIN.
      const [answer] = values.length === 0 ? await connection.query(text) : await connection.execute(text, [...values])
      return toResult(answer)
    },
    release: () => connection.release(),
    destroy: () => destroy(connection)
  }
}

/** The library would wait for the server to close its side, which may be gone without a word. */
function destroy(connection: PoolConnection): void {
  connection.destroy()
  const core: object = connection.connection
  if ('stream' in core && core.stream instanceof Socket) core.stream.destroy()
}

function toResult(answer: unknown): Result {
  if (Array.isArray(answer)) return { rows: answer, changed: 0 }
  const changed = typeof answer === 'object' && answer !== null && 'affectedRows' in answer ? answer.affectedRows : 0
  return { rows: [], changed: Number(changed) }
}
