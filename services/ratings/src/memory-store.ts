import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { firstRatings, MAX_PRODUCTS, type RatingsStore } from './store.ts'

/**
 * Ratings in memory, for the life of the process: a write replaces what was there, as in the original. When it is full, the
 * product written longest ago is forgotten.
 */
export function createMemoryStore() {
  const written = new Map<ProductId, GivenRatings>()
  return {
    read: async (id) => ({ id, ratings: written.get(id) ?? firstRatings }),
    async write(id, ratings) {
      written.delete(id)
      written.set(id, ratings)
      const [oldest] = written.keys()
      if (written.size > MAX_PRODUCTS && oldest !== undefined) written.delete(oldest)
      return { id, ratings }
    },
    writable: () => true,
    whyNotReady: () => undefined,
    close: async () => undefined
  } satisfies RatingsStore
}
