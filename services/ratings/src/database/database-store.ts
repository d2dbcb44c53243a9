import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import type { FastifyBaseLogger, ObserveDatabase } from '@bookinfo/service-kit'
import type { Chance } from '../faults.ts'
import {
  Busy,
  NoDatabase,
  NoPost,
  NoReviewerName,
  NotStored,
  TooManyProducts,
  TooManyReviewers,
  type NoLoad,
  type NoSelect,
  type RatingsStore,
  type StoreCall
} from '../store/store.ts'
import type { StoredRatings } from '../store/stored-ratings.ts'
import { toDatabaseError, type Database, type DatabaseError } from './database.ts'
import { watchDatabase, type DatabaseTimes } from './watched-database.ts'

type CodedError = typeof NoDatabase | typeof NoSelect | typeof NoLoad | typeof NotStored

export interface DatabaseStoreOptions {
  database: Database
  /** The original's error for a failed read. It depends on the database. */
  NoRead: CodedError
  observe: ObserveDatabase
  log: FastifyBaseLogger
  /** Texts that no log line may hold. */
  secrets: readonly string[]
  times: DatabaseTimes
  chance: Chance
}

/** Ratings in a database. A failure is logged with its reason; the caller gets the original's words. */
export function createDatabaseStore(options: DatabaseStoreOptions): RatingsStore {
  const { database, NoRead, observe, log, secrets, times, chance } = options
  const watched = watchDatabase({ database, observe, log, describe, times, chance })

  function describe({ code, kind, message }: DatabaseError) {
    const reason = secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '(secret)'), message)
    return { code, kind, reason }
  }

  function fail(call: StoreCall, error: unknown, Otherwise: CodedError): never {
    const fault = toDatabaseError(error)
    const Coded = fault.kind === 'busy' ? Busy : fault.kind === 'unreachable' ? NoDatabase : Otherwise
    call.log.warn({ database: database.type, ...describe(fault) }, new Coded().message)
    throw new Coded({ cause: fault })
  }

  async function merge(id: ProductId, given: GivenRatings, call: StoreCall): Promise<StoredRatings> {
    checkReviewerNames(given)
    const isEmpty = Object.keys(given).length === 0
    const written = await watched
      .write(call, async (access, use) => {
        if (access === 'read') return 'read only'
        return isEmpty ? database.read(id, 'all', use) : database.write(id, given, use)
      })
      .catch((error: unknown) => fail(call, error, NotStored))
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
      watched
        .read(call, (content, use) => database.read(id, content, use))
        .catch((error: unknown) => fail(call, error, NoRead)),
    write: merge,
    merge,
    writable: () => watched.writable(),
    whyNotReady: () => watched.whyNotReady(),
    close: () => watched.close()
  }
}

/**
 * Databases differ in long names, NUL, half a surrogate pair, and blanks at the end. These names are the same in all databases,
 * and are those that productpage accepts at sign-in.
 */
const reviewerName = /^(?!\s)[^\p{Cc}\p{Cs}]{1,100}(?<!\s)$/u

/** @throws NoReviewerName if one of the names has another form */
function checkReviewerNames(given: GivenRatings): void {
  for (const name of Object.keys(given)) if (!reviewerName.test(name)) throw new NoReviewerName()
}
