import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { firstRatings, MAX_PRODUCTS, MAX_REVIEWERS, TooManyReviewers, type RatingsStore } from './store.ts'

/** Bound of all ratings together, as JSON. With two bytes for each character it fits into a pod. */
const MAX_CHARACTERS = 16_000_000

/**
 * Ratings in memory. A write replaces the ratings of a product, as in the original. When the store is full, it forgets the
 * products written longest ago.
 */
export function createMemoryStore() {
  /** As JSON, because the memory that an object takes is unknown. */
  const written = new Map<ProductId, string>()
  let characters = 0

  function current(id: ProductId): GivenRatings {
    const text = written.get(id)
    return text === undefined ? firstRatings : JSON.parse(text)
  }

  function forget(id: ProductId): void {
    characters -= written.get(id)?.length ?? 0
    written.delete(id)
  }

  function write(id: ProductId, ratings: GivenRatings) {
    const text = JSON.stringify(ratings)
    forget(id)
    written.set(id, text)
    characters += text.length
    for (const oldest of written.keys()) {
      if (written.size <= MAX_PRODUCTS && characters <= MAX_CHARACTERS) break
      forget(oldest)
    }
    return { id, ratings }
  }

  return {
    read: async (id) => ({ id, ratings: current(id) }),
    write: async (id, given) => write(id, given),
    async merge(id, given) {
      const merged = { ...current(id), ...given }
      if (Object.keys(merged).length > MAX_REVIEWERS) throw new TooManyReviewers()
      return write(id, merged)
    },
    writable: () => true,
    whyNotReady: () => undefined,
    close: async () => undefined
  } satisfies RatingsStore
}
