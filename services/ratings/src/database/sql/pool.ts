import type { TlsOptions } from '../tls.ts'

/** One SQL statement. Its values are sent apart from its text, so a value is never read as SQL. */
export interface Statement {
  /** With `?` for each value. */
  text: string
  operation: string
  /** Undefined if the statement is about no table, or about several. */
  table?: string
}

export type Value = string | number

export interface Result {
  rows: readonly Record<string, unknown>[]
  /** Rows that were inserted or updated. */
  changed: number
}

export type Run = (statement: Statement, ...values: Value[]) => Promise<Result>

/** One connection. Its user owns it until it is released or destroyed. A failure throws the library's error. */
export interface Connection {
  run(statement: Statement, values: readonly Value[], signal: AbortSignal): Promise<Result>
  /** Gives it back to the pool. */
  release(): void
  /** Closes it at once, whatever it is doing. */
  destroy(): void
}

/** `read` promises single statements that change nothing. */
export type Purpose = 'read' | 'write'

export interface Pool {
  connect(signal: AbortSignal, purpose: Purpose): Promise<Connection>
  /** For a server that lacks the database. */
  createDatabase?: (() => Promise<void>) | undefined
  close(): Promise<void>
}

/** How to reach a database server, and how much of it to use. */
export interface ServerOptions {
  host: string
  port: number
  user: string
  password: string
  database: string
  /** Undefined for plain text. */
  tls: TlsOptions | undefined
  /** Milliseconds for opening a connection, and for waiting for a lock. */
  timeoutMs: number
  /** Milliseconds after which an idle connection is closed. */
  idleTimeoutMs: number
  maxConnections: number
}
