import { afterAll } from 'vitest'
import type { TestDatabase } from './test-database.ts'

/** One database for all tests of a file, as starting a server takes longer than most of them; it goes when they are over. */
export function shareDatabase<T extends TestDatabase>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined
  afterAll(async () => (await started)?.[Symbol.asyncDispose]())
  return async () => {
    started ??= start()
    return { ...(await started), [Symbol.asyncDispose]: async () => undefined }
  }
}
