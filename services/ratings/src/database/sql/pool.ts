import type { TlsOptions } from '../tls.ts'

/** What is asked of a database that speaks SQL. Values travel apart from the text, so nothing in them is ever SQL. */
export interface Statement {
  /** With `?` for each value. */
  text: string
  operation: string
  /** Undefined where it is about none, or several. */
  table?: string
}

export type Value = string | number

export interface Result {
  rows: readonly Record<string, unknown>[]
  /** Rows that were inserted or updated. */
  changed: number
}

/** One connection, which is the caller's until it is given back. What fails throws whatever the library throws. */
export interface Connection {
  run(statement: Statement, values: readonly Value[], signal: AbortSignal): Promise<Result>
  /** Gives it back, to be used again. */
  release(): void
  /** Closes it at once, whatever it is doing. */
  destroy(): void
}

export interface Pool {
  connect(signal: AbortSignal): Promise<Connection>
  /** For a server that is there and lacks the database. */
  createDatabase?: (() => Promise<void>) | undefined
  close(): Promise<void>
}

export type Run = (statement: Statement, ...values: Value[]) => Promise<Result>

/** How to reach a database server, and how much of it to use. */
export interface ServerOptions {
  host: string
  port: number
  user: string
  password: string
  database: string
  /** Plain text if absent. */
  tls: TlsOptions | undefined
  /** Milliseconds for connecting, and for waiting until a lock is free. */
  timeoutMs: number
  /** Milliseconds after which a connection that nobody uses is closed. */
  idleTimeoutMs: number
  maxConnections: number
}
