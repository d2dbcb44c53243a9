import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { untilAborted } from '../database.ts'
import type { Connection, Pool, Result, Statement, Value } from '../sql/pool.ts'
import { createConcurrencyLimit } from '../concurrency-limit.ts'

/** Milliseconds between two attempts while another process is writing to the file. */
const BUSY_PAUSE_MS = 5
const SQLITE_BUSY = 5

/**
 * A file with two connections: one for all readers, and one for one writer at a time. A reader runs single statements and never
 * waits for a writer. Node's SQLite is synchronous, so a wait for another process would block this one. Instead, a busy file is
 * an error, and the statement is tried again a little later.
 */
export function createSqlitePool(file: string): Pool {
  const writers = createConcurrencyLimit({ atOnce: 1, waiting: 10 })
  let reader: SharedFile | undefined
  let writer: OpenFile | undefined
  let closed = false

  async function open(): Promise<OpenFile> {
    const { DatabaseSync } = await import('node:sqlite')
    if (closed) throw new Error('the store is closed')
    return toOpenFile(new DatabaseSync(file, { timeout: 0 }))
  }

  async function connectReader(): Promise<Connection> {
    const opened = reader ? undefined : await open()
    // Another reader may have opened it in the meantime.
    if (reader) opened?.database.close()
    else if (opened) reader = { ...opened, users: 0 }
    const shared = reader
    if (!shared) throw new Error('the store is closed')
    shared.users += 1
    const leave = (): void => {
      shared.users -= 1
      if (shared.users === 0 && shared !== reader) shared.database.close()
    }
    return {
      run: runWith(shared),
      release: leave,
      destroy() {
        if (shared === reader) reader = undefined
        leave()
      }
    }
  }

  async function connectWriter(signal: AbortSignal): Promise<Connection> {
    await writers.enter(signal)
    try {
      writer ??= await openForWriting(signal)
      return {
        run: runWith(writer),
        release: () => writers.leave(),
        destroy() {
          // Ends a transaction that may be open.
          closeWriter()
          writers.leave()
        }
      }
    } catch (error) {
      writers.leave()
      throw error
    }
  }

  async function openForWriting(signal: AbortSignal): Promise<OpenFile> {
    const opened = await open()
    try {
      // Readers and a writer do not wait for each other; a committed write survives the end of the process.
      await whenFree(() => opened.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL'), signal)
      return opened
    } catch (error) {
      opened.database.close()
      throw error
    }
  }

  function closeWriter(): void {
    writer?.database.close()
    writer = undefined
  }

  return {
    connect: (signal, purpose) => (purpose === 'read' ? connectReader() : connectWriter(signal)),
    async close() {
      closed = true
      const last = reader
      reader = undefined
      if (last?.users === 0) last.database.close()
      await writers.enter(AbortSignal.timeout(CLOSE_PATIENCE_MS)).then(closeWriter, () => undefined)
    }
  }
}

/** Milliseconds. All writers have reached their time limit by then. */
const CLOSE_PATIENCE_MS = 1_000

interface OpenFile {
  database: DatabaseSync
  prepare: (statement: Statement) => StatementSync
}

interface SharedFile extends OpenFile {
  users: number
}

function toOpenFile(database: DatabaseSync): OpenFile {
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

function runWith({ prepare }: OpenFile): Connection['run'] {
  return (statement, values, signal) => whenFree(() => runNow(prepare(statement), values), signal)
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
