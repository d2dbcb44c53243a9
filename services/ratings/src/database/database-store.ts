import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import type { FastifyBaseLogger, ObserveDatabase } from '@bookinfo/service-kit'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  NoDatabase,
  type NoLoad,
  NoPost,
  type NoSelect,
  NoReviewerName,
  NotStored,
  TooManyProducts,
  TooManyReviewers,
  type RatingsStore,
  type StoreCall
} from '../store/store.ts'
import type { StoredRatings } from '../store/stored-ratings.ts'
import { DatabaseError, noCall, type Access, type Database, type FaultKind, type Use } from './database.ts'
import { untilAborted } from './database.ts'

/** Milliseconds; parameters, so that no test need wait for them. */
export interface DatabaseTimes {
  /** For one read or write, all attempts together: less than the 2.5 s that reviews v3 waits. */
  budgetMs: number
  /** For making the schema, while other replicas may be making it too. */
  prepareMs: number
  /** Between two looks whether the database is there. */
  checkMs: number
}

export const databaseTimes: DatabaseTimes = { budgetMs: 2_000, prepareMs: 10_000, checkMs: 1_000 }

/** How often to try, where another time it may go well; anything else fails at once. */
const attemptsFor: Partial<Record<FaultKind, number>> = { lost: 3, conflict: 5, missing: 2, forbidden: 2 }

/** Reads and writes at a time; beyond it nobody waits for a database that does not keep up. */
const MAX_IN_FLIGHT = 200

type CodedError = typeof NoDatabase | typeof NoSelect | typeof NoLoad | typeof NotStored

export interface DatabaseStoreOptions {
  database: Database
  /** What the original says when a read fails, which differs by database. */
  NoRead: CodedError
  observe: ObserveDatabase
  log: FastifyBaseLogger
  /** Texts that no log line may hold. */
  secrets: readonly string[]
  times: DatabaseTimes
}

/**
 * Ratings in a database that may be away, slow, or come back. It is looked after for as long as the store lives, so that it
 * is used again within a second or two of its return.
 */
export function createDatabaseStore(options: DatabaseStoreOptions): RatingsStore {
  const { database, NoRead, observe, log, secrets, times } = options
  const place = { database: database.type }
  const closing = new AbortController()
  /** Undefined while it is not known whether the schema is there. */
  let access: Access | undefined
  let preparing: Promise<Access> | undefined
  let problem: string | undefined = 'the ratings database has not answered yet'
  let inFlight = 0

  const useFor = (call: StoreCall, ms: number): Use => ({
    signal: AbortSignal.any([AbortSignal.timeout(ms), closing.signal]),
    observe: (operation) => observe(operation, call.trace)
  })

  /** Whoever needs the schema waits for the same making of it. */
  async function prepared({ signal }: Use): Promise<Access> {
    if (access !== undefined) return access
    preparing ??= database.prepare(useFor(noCall, times.prepareMs)).finally(() => (preparing = undefined))
    access = await untilAborted(signal, preparing)
    return access
  }

  /** Works with the database, again if it may go well another time, and keeps what that tells of its state. */
  async function attempt<T>(use: Use, work: (access: Access, use: Use) => Promise<T>): Promise<T> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        const result = await work(await prepared(use), use)
        noteUsable()
        return result
      } catch (error) {
        const fault = toFault(error)
        // It may be another database by now, or one that was set up anew.
        if (fault.kind !== 'conflict' && fault.kind !== 'failed') access = undefined
        if (attempts < (attemptsFor[fault.kind] ?? 1) && !use.signal.aborted) continue
        noteFault(fault)
        throw fault
      }
    }
  }

  function noteUsable(): void {
    if (problem !== undefined) log.info({ ...place, access }, 'ratings database is ready')
    problem = undefined
  }

  function noteFault(fault: DatabaseError): void {
    const isAway = fault.kind === 'unreachable' || fault.kind === 'lost'
    // What fails without a schema is the making of it; what fails with one may be a matter of one request.
    const isUnprepared = fault.kind === 'failed' && access === undefined
    if (closing.signal.aborted || !(isAway || isUnprepared)) return
    const before = problem
    problem = `the ratings database cannot be used: ${fault.code}`
    if (problem !== before) log.error({ ...place, ...describe(fault) }, 'ratings database cannot be used')
  }

  function forRequest<T>(call: StoreCall, work: (access: Access, use: Use) => Promise<T>): Promise<T> {
    if (inFlight >= MAX_IN_FLIGHT)
      return Promise.reject(new DatabaseError('unreachable', { code: 'too many requests' }))
    inFlight += 1
    return attempt(useFor(call, times.budgetMs), work).finally(() => (inFlight -= 1))
  }

  async function lookAfter(): Promise<void> {
    while (!closing.signal.aborted) {
      // Rights may have been given since: where only reading was possible, look again.
      if (access === 'read') access = undefined
      const use = useFor(noCall, times.budgetMs)
      await attempt(use, (_access, looking) => database.ping(looking)).catch(() => undefined)
      await sleep(times.checkMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined)
    }
  }
  const lookingAfter = lookAfter()

  function hideSecrets(text: string): string {
    return secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '(secret)'), text)
  }

  function describe({ code, kind, message }: DatabaseError) {
    return { code, kind, reason: hideSecrets(message) }
  }

  /** Tells the log why, and the caller what the original says. */
  function fail(call: StoreCall, error: unknown, Otherwise: CodedError): never {
    const fault = toFault(error)
    const Coded = fault.kind === 'unreachable' ? NoDatabase : Otherwise
    call.log.warn({ ...place, ...describe(fault) }, new Coded().message)
    throw new Coded({ cause: fault })
  }

  async function merge(id: ProductId, given: GivenRatings, call: StoreCall): Promise<StoredRatings> {
    checkReviewerNames(given)
    const isEmpty = Object.keys(given).length === 0
    const written = await forRequest(call, async (granted, use) => {
      if (granted === 'read') return 'read only'
      return isEmpty ? database.read(id, granted, use) : database.write(id, given, use)
    }).catch((error: unknown) => fail(call, error, NotStored))
    switch (written) {
      case 'read only':
        throw new NoPost()
      case 'too many reviewers':
        throw new TooManyReviewers()
      case 'too many products':
        throw new TooManyProducts()
      default:
        return written
    }
  }

  return {
    read: (id, call) =>
      forRequest(call, (granted, use) => database.read(id, granted, use)).catch((error: unknown) =>
        fail(call, error, NoRead)
      ),

    write: merge,
    merge,
    writable: () => access === 'write',
    whyNotReady: () => problem,
    async close() {
      closing.abort()
      await lookingAfter
      await database.close()
    }
  }
}

function toFault(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return new DatabaseError(isLate ? 'unreachable' : 'failed', { code: isLate ? 'timeout' : 'error', cause: error })
}

/**
 * Every database has its own idea of long names, of NUL, of half a surrogate pair, and of blanks at the end. Names that all
 * of them take are those that one can sign in with.
 */
const nameForm = /^(?!\s)[^\p{Cc}\p{Cs}]{1,100}(?<!\s)$/u

/** @throws NoReviewerName if one of the names is none */
function checkReviewerNames(given: GivenRatings): void {
  for (const name of Object.keys(given)) if (!nameForm.test(name)) throw new NoReviewerName()
}
