import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import type { DatabaseCall, ObserveDatabase } from '@bookinfo/service-kit'
import type { StoreCall } from '../store/store.ts'
import type { StoredRatings } from '../store/stored-ratings.ts'

/** What every use of a database goes along with. */
export interface Use {
  /** Aborts when the time is over. */
  signal: AbortSignal
  /** Observes one operation, below the request that it is for. */
  observe: (call: DatabaseCall) => ReturnType<ObserveDatabase>
}

/** `read` where tables cannot be made or written to: the original's data are served all the same. */
export type Access = 'read' | 'write'

export type Refusal = 'too many reviewers' | 'too many products'

/** A kind of database. Its functions end within the signal, or soon after; what fails is a `DatabaseError`. */
export interface Database {
  /** How it is called in `DB_TYPE`. */
  type: string
  /** Makes what is missing of the schema, however many replicas do so at once, and leaves the original's data alone. */
  prepare(use: Use): Promise<Access>
  read(id: ProductId, access: Access, use: Use): Promise<StoredRatings>
  /** Merges, in one transaction. */
  write(id: ProductId, given: GivenRatings, use: Use): Promise<StoredRatings | Refusal>
  /** Fails if the database does not answer. */
  ping(use: Use): Promise<void>
  close(): Promise<void>
}

/**
 * What a failure means:
 * - `unreachable`: there is no connection to be had
 * - `lost`: the connection broke while it was used; on another it may go well
 * - `conflict`: somebody else was in the way; next time it may go well
 * - `missing`: a table is not there; perhaps the database was set up anew
 * - `forbidden`: this user may not do that, or nobody may write
 * - `failed`: anything else
 */
export type FaultKind = 'unreachable' | 'lost' | 'conflict' | 'missing' | 'forbidden' | 'failed'

interface FaultFacts {
  code: string
  statusCode?: string | undefined
  cause?: unknown
}

export class DatabaseError extends Error {
  readonly kind: FaultKind
  /** Short, and without secrets: the database's code or the system's. */
  readonly code: string
  /** The database's own code, where it answered. */
  readonly statusCode: string | undefined

  constructor(kind: FaultKind, { code, statusCode, cause }: FaultFacts) {
    super(cause instanceof Error ? cause.message : code, { cause })
    this.name = 'DatabaseError'
    this.kind = kind
    this.code = code
    this.statusCode = statusCode
  }
}

/** Where nothing can be made or written, the original's data may still be there to be read. */
export function readOnlyIfForbidden(error: unknown): 'read' {
  if (error instanceof DatabaseError && error.kind === 'forbidden') return 'read'
  throw error
}

/** For what runs without a request. */
export const noCall: StoreCall = { trace: {}, log: { warn: () => undefined } }

/** Waits for a promise until the signal aborts; what becomes of it afterwards is nobody's concern. */
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
