import type { Env } from '@bookinfo/service-kit/testing'
import { afterAll } from 'vitest'

/** Stars in the original's table, in the order of its rows; null is a NULL. */
export type OriginalRows = readonly (number | null)[]

/** What a server says who it is, in PEM. */
export interface Certificate {
  cert: string
  key: string
}

/** A real database for the tests of one kind of store, with what they do to it behind the service's back. */
export interface TestDatabase extends AsyncDisposable {
  /** As `DB_TYPE` has it. */
  type: 'mysql' | 'postgres' | 'sqlite' | 'mongodb'
  /** What the service must be told to use it. */
  env: Env
  /** What the original says when a read fails. */
  couldNotRead: string
  /** Makes it as if nobody had ever used it. */
  clear(): Promise<void>
  /** What the original's own scripts make, with these stars, in an otherwise empty database. */
  createOriginal(rows: OriginalRows): Promise<void>
  /** All of the original's data, and how they are kept: to see whether anything has changed. */
  dumpOriginal(): Promise<unknown>
  /** Stars by row, in the original's data. */
  setOriginal(row: number, stars: number | null): Promise<void>
  /** Removes the original's data, and the place where they were. */
  dropOriginal(): Promise<void>
  /** Makes so many products have stars, from number 1000000 on. */
  fillProducts(count: number): Promise<void>
}

/** A database in which another program can hold what writers of product 0 need. */
export interface LockableDatabase extends TestDatabase {
  /** @returns what ends it */
  lock(): Promise<() => Promise<void>>
}

/** A server that tells how many statements wait for a lock. */
export interface WaitingDatabase extends LockableDatabase {
  waiting(): Promise<number>
}

/** A database with a server of its own. */
export interface ServerDatabase extends TestDatabase {
  port: number
  /** Settings for a server that is reached at another port. */
  envAt(port: number): Env
  start(): Promise<void>
  stop(): Promise<void>
  /** Connections that services have at this moment. */
  connections(): Promise<number>
  /** A user who may only read the original's data. */
  createReader(): Promise<Env>
  /** Lets that user do everything in this database. */
  trustReader(): Promise<void>
  /** Removes the database from the server. */
  dropDatabase(): Promise<void>
}

/** One database for all tests of a file, as starting a server takes longer than most of them; it goes when they are over. */
export function shareDatabase<T extends TestDatabase>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined
  afterAll(async () => (await started)?.[Symbol.asyncDispose]())
  return async () => {
    started ??= start()
    return { ...(await started), [Symbol.asyncDispose]: async () => undefined }
  }
}
