import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { createError, type FastifyBaseLogger, type RequestTrace } from '@bookinfo/service-kit'
import type { StoredRatings } from './stored-ratings.ts'

/** The stars of the original's two reviewers, with which every product begins. */
export const firstRatings = { Reviewer1: 5, Reviewer2: 4 } satisfies GivenRatings

export const MAX_PRODUCTS = 10_000
/** The bound of the contract. An answer with more reviewers is invalid. */
export const MAX_REVIEWERS = 100

/** The request that a store works for: where its spans belong, and its log lines. */
export interface StoreCall {
  trace: Pick<RequestTrace, 'startDatabaseCall'>
  log: Pick<FastifyBaseLogger, 'warn'>
}

/** Stores stars. Failures are the errors below. */
export interface RatingsStore {
  read(id: ProductId, call: StoreCall): Promise<StoredRatings>
  /** Stores posted stars: a store in memory replaces, a database merges. @returns all stars of the product */
  write(id: ProductId, given: GivenRatings, call: StoreCall): Promise<StoredRatings>
  /** The same, but leaves the stars of others as they are. */
  merge(id: ProductId, given: GivenRatings, call: StoreCall): Promise<StoredRatings>
  /** Whether a write can succeed, by what is known now. */
  writable(): boolean
  /** A reason not to send requests here, in words without secrets; undefined while there is none. */
  whyNotReady(): string | undefined
  close(): Promise<void>
}

/** Errors with the original's words. The status is also the original's, except for the first: it sent 200 when MySQL was down. */
export const NoDatabase = createError('BOOKINFO_NO_DATABASE', 'could not connect to ratings database', 500)
export const NoSelect = createError('BOOKINFO_NO_SELECT', 'could not perform select', 500)
export const NoLoad = createError('BOOKINFO_NO_LOAD', 'could not load ratings from database', 500)
export const NoPost = createError('BOOKINFO_NO_POST', 'Post not implemented for database backed ratings', 501)

/** Errors that the original does not have. */
export const Busy = createError('BOOKINFO_BUSY', 'too many requests are waiting for the ratings database', 503)
export const NotStored = createError('BOOKINFO_NOT_STORED', 'could not store ratings in database', 500)
export const NoReviewerName = createError(
  'BOOKINFO_NO_REVIEWER_NAME',
  'please provide reviewer names of 1 to 100 characters, without control characters and without blanks around them',
  400
)
export const TooManyReviewers = createError(
  'BOOKINFO_TOO_MANY_REVIEWERS',
  `a product has ratings of at most ${MAX_REVIEWERS} reviewers, and these would be more`,
  409
)
export const TooManyProducts = createError(
  'BOOKINFO_TOO_MANY_PRODUCTS',
  `at most ${MAX_PRODUCTS} products have ratings, and this would be one more`,
  409
)
