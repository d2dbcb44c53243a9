import type { FastifyBaseLogger, ObserveDatabase } from '@bookinfo/service-kit'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../faults.ts'
import type { StoreCall } from '../store/store.ts'
import {
  noCall,
  toDatabaseError,
  untilAborted,
  type Access,
  type Content,
  type Database,
  type DatabaseError,
  type FaultKind,
  type Use
} from './database.ts'
import { createConcurrencyLimit, type ConcurrencyLimit } from './concurrency-limit.ts'

/** Milliseconds; parameters, so that tests need not wait. */
export interface DatabaseTimes {
  /** For one read or write, with all attempts: less than the 2.5 s that reviews v3 waits. */
  budgetMs: number
  /** For creating the schema, while other replicas may be creating it too. */
  prepareMs: number
  /** Between two checks of the database. */
  checkMs: number
}

export const databaseTimes: DatabaseTimes = { budgetMs: 2_000, prepareMs: 10_000, checkMs: 1_000 }

/** Attempts for each kind of failure that may go away; any other kind fails at once. */
const attemptsFor: Partial<Record<FaultKind, number>> = { lost: 3, conflict: 20, missing: 2, forbidden: 2 }

/**
 * Reads and writes have separate limits, so writers that wait for a locked row leave connections to readers. With one
 * connection for the checks and one for the schema this makes 10, the size of the pool.
 */
const READS = { atOnce: 5, waiting: 195 }
const WRITES = { atOnce: 3, waiting: 97 }

export interface WatchOptions {
  database: Database
  observe: ObserveDatabase
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  /** The part of a failure that may be logged. */
  describe: (fault: DatabaseError) => object
  times: DatabaseTimes
  /** Decides how long a writer pauses when another writer was faster. */
  chance: Chance
}

/** A database that may be slow or away. It is checked regularly, and used again soon after its return. */
export interface WatchedDatabase {
  read<T>(call: StoreCall, work: (content: Content, use: Use) => Promise<T>): Promise<T>
  write<T>(call: StoreCall, work: (access: Access, use: Use) => Promise<T>): Promise<T>
  writable(): boolean
  whyNotReady(): string | undefined
  close(): Promise<void>
}

export function watchDatabase({ database, observe, log, describe, times, chance }: WatchOptions): WatchedDatabase {
  const place = { database: database.type }
  const closing = new AbortController()
  const reads = createConcurrencyLimit(READS)
  const writes = createConcurrencyLimit(WRITES)
  /** Undefined while unknown, as is `access`. */
  let content: Content | undefined
  let access: Access | undefined
  let inspecting: Promise<Content> | undefined
  let preparing: Promise<Access> | undefined
  let problem: string | undefined = 'the ratings database has not answered yet'
  let writeProblem: string | undefined

  const useFor = (call: StoreCall, ms: number): Use => ({
    signal: AbortSignal.any([AbortSignal.timeout(ms), closing.signal]),
    observe: (operation) => observe(operation, call.trace)
  })

  /** All requests that need the schema wait for the same attempt to create it. */
  async function prepared(signal: AbortSignal): Promise<Access> {
    if (access !== undefined) return access
    preparing ??= prepare().finally(() => (preparing = undefined))
    return untilAborted(signal, preparing)
  }

  async function prepare(): Promise<Access> {
    try {
      access = await database.prepare(useFor(noCall, times.prepareMs))
    } catch (error) {
      noteWriteProblem(toDatabaseError(error))
      throw error
    }
    writeProblem = undefined
    if (access === 'write') content = 'all'
    return access
  }

  /** Reads do not wait for the schema, unless there is nothing to read without it. */
  async function readable(signal: AbortSignal): Promise<Content> {
    if (content !== undefined) return content
    inspecting ??= inspect().finally(() => (inspecting = undefined))
    return untilAborted(signal, inspecting)
  }

  async function inspect(): Promise<Content> {
    const use = useFor(noCall, times.budgetMs)
    let found = await database.inspect(use)
    if (found === 'nothing') found = (await prepared(use.signal)) === 'write' ? 'all' : 'original'
    content = found
    return found
  }

  /** Tries again if another attempt may work. */
  async function attempt<T>(use: Use, work: () => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      const startMs = performance.now()
      try {
        return await work()
      } catch (error) {
        const fault = toDatabaseError(error)
        // The next connection may lead to another database, or to one that was set up anew. A timeout says nothing about that.
        if (fault.kind !== 'conflict' && fault.kind !== 'failed' && !use.signal.aborted) forget()
        if (attempts >= (attemptsFor[fault.kind] ?? 1) || use.signal.aborted) throw fault
        if (fault.kind !== 'conflict') continue
        // Writers that start again at the same time meet again. The slower the database, the longer each pauses.
        const longestMs = (performance.now() - startMs) * attempts
        await sleep(chance() * longestMs, undefined, { signal: use.signal }).catch(() => undefined)
      }
    }
  }

  function forget(): void {
    content = undefined
    access = undefined
  }

  async function runWithin<T>(limit: ConcurrencyLimit, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await limit.enter(signal)
    try {
      return await work()
    } finally {
      limit.leave()
    }
  }

  function noteUsable(): void {
    if (problem !== undefined) log.info({ ...place, access }, 'ratings database is ready')
    problem = undefined
  }

  function noteProblem(fault: DatabaseError): void {
    if (closing.signal.aborted) return
    const before = problem
    problem = `the ratings database cannot be used: ${fault.code}`
    if (problem !== before) log.error({ ...place, ...describe(fault) }, 'ratings database cannot be used')
  }

  function noteWriteProblem(fault: DatabaseError): void {
    if (closing.signal.aborted || fault.code === writeProblem) return
    writeProblem = fault.code
    log.warn({ ...place, ...describe(fault) }, 'ratings cannot be stored yet')
  }

  /** Only this check decides about readiness, because a single request may fail for other reasons. */
  async function check(): Promise<void> {
    const use = useFor(noCall, times.budgetMs)
    try {
      await attempt(use, async () => {
        await readable(use.signal)
        await database.ping(use)
      })
      // A ready replica should also accept writes.
      if (access === undefined) await prepared(use.signal).catch(() => undefined)
      noteUsable()
    } catch (error) {
      forget()
      noteProblem(toDatabaseError(error))
    }
    // Rights may have been granted since.
    if (access === 'read') await prepareAgain(use.signal)
  }

  async function prepareAgain(signal: AbortSignal): Promise<void> {
    preparing ??= prepare().finally(() => (preparing = undefined))
    await untilAborted(signal, preparing).catch(() => undefined)
  }

  async function keepChecking(): Promise<void> {
    while (!closing.signal.aborted) {
      await check()
      await sleep(times.checkMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
    }
  }
  const checking = keepChecking()

  return {
    async read(call, work) {
      const use = useFor(call, times.budgetMs)
      const result = await runWithin(reads, use.signal, () =>
        attempt(use, async () => work(await readable(use.signal), use))
      )
      noteUsable()
      return result
    },
    write(call, work) {
      const use = useFor(call, times.budgetMs)
      return runWithin(writes, use.signal, () => attempt(use, async () => work(await prepared(use.signal), use)))
    },
    writable: () => access === 'write',
    whyNotReady: () => problem,
    async close() {
      closing.abort()
      await Promise.allSettled([checking, inspecting, preparing])
      await database.close()
    }
  }
}
