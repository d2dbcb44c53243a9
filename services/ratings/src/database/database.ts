import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import type { DatabaseCall, ObserveDatabase } from '@bookinfo/service-kit'
import type { StoreCall } from '../store/store.ts'
import type { StoredRatings } from '../store/stored-ratings.ts'

/** One use of a database, with its time limit and the observer of its operations. */
export interface Use {
  /** Aborts when the time is over. */
  signal: AbortSignal
  /** Observes one operation. Its span is a child of the request's. */
  observe: (call: DatabaseCall) => ReturnType<ObserveDatabase>
}

/** `read` if the user may not create tables or write to them. The original's data can still be served. */
export type Access = 'read' | 'write'

/** What can be read now: nothing, only the original's data, or also the posted stars. */
export type Content = 'nothing' | 'original' | 'all'

export type Refusal = 'too many reviewers' | 'too many products'

/** A kind of database. Each function ends when its signal aborts, or soon after. Failures are `DatabaseError`s. */
export interface Database {
  /** Its name in `DB_TYPE`. */
  type: string
  /** Finds what can be read, without waiting for a writer. */
  inspect(use: Use): Promise<Content>
  /** Creates what is missing of the schema. Safe with many replicas at once; never changes the original's data. */
  prepare(use: Use): Promise<Access>
  read(id: ProductId, content: Content, use: Use): Promise<StoredRatings>
  /** Merges, in one transaction. */
  write(id: ProductId, given: GivenRatings, use: Use): Promise<StoredRatings | Refusal>
  /** Fails if the database does not answer. */
  ping(use: Use): Promise<void>
  close(): Promise<void>
}

/**
 * What a failure means:
 * - `busy`: too many requests are waiting already
 * - `unreachable`: no connection could be opened
 * - `lost`: the connection broke while it was used; another one may work
 * - `conflict`: another writer was faster; the next attempt may work
 * - `missing`: a table does not exist; perhaps the database was set up anew
 * - `forbidden`: this user lacks the right, or the server is read-only
 * - `failed`: anything else
 */
export type FaultKind = 'busy' | 'unreachable' | 'lost' | 'conflict' | 'missing' | 'forbidden' | 'failed'

interface FaultFacts {
  code: string
  statusCode?: string | undefined
  cause?: unknown
}

export class DatabaseError extends Error {
  readonly kind: FaultKind
  /** Short and without secrets: a code of the database or of the system, or a few words. */
  readonly code: string
  /** The database's own code, if it answered. */
  readonly statusCode: string | undefined

  constructor(kind: FaultKind, { code, statusCode, cause }: FaultFacts) {
    super(cause instanceof Error ? cause.message : code, { cause })
    this.name = 'DatabaseError'
    this.kind = kind
    this.code = code
    this.statusCode = statusCode
  }
}

/** Converts any error. A timeout means that no answer came in time. */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  return new DatabaseError(isLate ? 'unreachable' : 'failed', { code: isLate ? 'timeout' : 'error', cause: error })
}

/** For `catch`: a missing right to write is no failure, as the original's data may still be readable. */
export function readOnlyIfForbidden(error: unknown): 'read' {
  if (error instanceof DatabaseError && error.kind === 'forbidden') return 'read'
  throw error
}

/** For work that belongs to no request. */
export const noCall: StoreCall = { trace: {}, log: { warn: () => undefined } }

/** Waits for a promise until the signal aborts. The promise's later result is ignored. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
