import { Socket } from 'node:net'
import { createConnection, createPool, type PoolConnection } from 'mysql2/promise'
import { untilAborted } from '../database/database.ts'
import { signChallenge } from '../database/sql/ed25519.ts'
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
    authPlugins: { client_ed25519: () => (challenge: Buffer) => signChallenge(withoutEnd(challenge), password) },
    // PAM and LDAP need the password itself. It is sent to a server with a checked certificate only.
    enableCleartextPlugin: tls !== undefined,
    ...(tls && { ssl: { verifyIdentity: tls.checkHost, ...(tls.ca !== undefined && { ca: tls.ca }) } })
  }
  const pool = createPool({
    ...server,
    database,
    connectionLimit: maxConnections,
    idleTimeout: idleTimeoutMs,
    enableKeepAlive: true
  })
  // A connection in use reports its end to its user.
  pool.on('connection', (connection) => connection.on('error', () => undefined))
  const tuned = new WeakSet<object>()

  return {
    async connect(signal) {
      const connection = await pool.getConnection().catch(explainSignIn)
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
    // It fails for connections that could not be opened. Their users know that already.
    close: () => pool.end().catch(() => undefined)
  }
}

const CHALLENGE_BYTES = 32

/** Some servers end the challenge with a zero byte. */
function withoutEnd(challenge: Buffer): Buffer {
  return challenge.subarray(0, CHALLENGE_BYTES)
}

const advice = 'use mysql_native_password, caching_sha2_password or ed25519 for this user'

/** Names the authentication plugin of the user if it is the reason for a refused connection. */
function explainSignIn(error: unknown): never {
  if (!(error instanceof Error)) throw error
  const [, plugin] = /unknown plugin (\w+)/.exec(error.message) ?? []
  if (plugin !== undefined) throw new SignInError(`authentication plugin ${plugin} is not supported: ${advice}`, error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED') {
    throw new SignInError(`authentication plugin mysql_clear_password needs DB_TLS: set it, or ${advice}`, error)
  }
  // A user of unix_socket or auth_socket can only sign in on the machine of the server.
  if (code === 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR') {
    throw new SignInError(`${code}: the user signs in without a password (unix_socket): ${advice}`, error)
  }
  throw error
}

class SignInError extends Error {
  readonly code: string

  constructor(code: string, cause: Error) {
    super(cause.message, { cause })
    this.code = code
  }
}

/** On every new connection: the server waits for a lock no longer than the request waits for its answer. */
async function tune(connection: PoolConnection, lockWaitSeconds: number): Promise<void> {
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  await connection.query('SET SESSION innodb_lock_wait_timeout = ?', [lockWaitSeconds])
}

function toConnection(connection: PoolConnection): Connection {
  return {
    async run({ text }, values) {
      // A statement without values may be one that cannot be prepared, such as BEGIN.
      const [answer] = values.length === 0 ? await connection.query(text) : await connection.execute(text, [...values])
      return toResult(answer)
    },
    release: () => connection.release(),
    destroy: () => destroy(connection)
  }
}

/** The library would wait for the server to close its side, which may never come. */
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
