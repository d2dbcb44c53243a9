import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { untilAborted } from '../database.ts'
import type { Connection, Pool, Result, Statement, Value } from '../sql/pool.ts'

/** Milliseconds until a file that another process is writing to is tried again. */
const BUSY_PAUSE_MS = 5
const SQLITE_BUSY = 5

/**
 * A file, opened when it is first asked for; whoever wants it waits for its turn. Node's SQLite works within the call, so it
 * is never let wait for another process: that would stop everything else here.
 */
export function createSqlitePool(file: string): Pool {
  let turn: Promise<void> = Promise.resolve()
  let open: OpenFile | undefined
  let closed = false

  return {
    async connect(signal) {
      const before = turn
      const { promise, resolve: next } = Promise.withResolvers<void>()
      turn = before.then(() => promise)
      await before
      try {
        signal.throwIfAborted()
        if (closed) throw new Error('the store is closed')
        open ??= await openFile(file, signal)
        return toConnection(open, next)
      } catch (error) {
        next()
        throw error
      }
    },
    async close() {
      closed = true
      await turn
      open?.database.close()
      open = undefined
    }
  }

  function toConnection({ database, prepare }: OpenFile, next: () => void): Connection {
    return {
      run: (statement, values, signal) => whenFree(() => runNow(prepare(statement), values), signal),
      release: next,
      destroy() {
        // Ends a transaction that may be open, and forgets what is prepared.
        database.close()
        open = undefined
        next()
      }
    }
  }
}

interface OpenFile {
  database: DatabaseSync
  prepare: (statement: Statement) => StatementSync
}

async function openFile(file: string, signal: AbortSignal): Promise<OpenFile> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // Readers and a writer do not wait for each other; what was committed survives the end of the process.
    await whenFree(() => database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'), signal)
  } catch (error) {
    database.close()
    throw error
  }
  const prepared = new Map<string, StatementSync>()
  return {
    database,
    prepare({ text }) {
      const known = prepared.get(text) ?? database.prepare(text)
      prepared.set(text, known)
      return known
    }
  }
}

async function whenFree<T>(work: () => T, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (!isBusy(error)) throw error
    }
    await untilAborted(signal, sleep(BUSY_PAUSE_MS))
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 255) === SQLITE_BUSY
}

function runNow(statement: StatementSync, values: readonly Value[]): Result {
  if (statement.columns().length > 0) return { rows: statement.all(...values), changed: 0 }
  return { rows: [], changed: Number(statement.run(...values).changes) }
}
