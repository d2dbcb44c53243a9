import type { GivenRatings, ProductId } from '@bookinfo/contracts'
import { firstRatings, MAX_PRODUCTS, MAX_REVIEWERS, TooManyReviewers, type RatingsStore } from './store.ts'

/**
 * Ratings in memory, for the life of the process: a write replaces what was there, as in the original. When it is full, the
 * product written longest ago is forgotten.
 */
export function createMemoryStore() {
  const written = new Map<ProductId, GivenRatings>()

  function write(id: ProductId, ratings: GivenRatings) {
    written.delete(id)
    written.set(id, ratings)
    const [oldest] = written.keys()
    if (written.size > MAX_PRODUCTS && oldest !== undefined) written.delete(oldest)
    return { id, ratings }
  }

  return {
    read: async (id) => ({ id, ratings: written.get(id) ?? firstRatings }),
    write: async (id, given) => write(id, given),
    async merge(id, given) {
      const merged = { ...(written.get(id) ?? firstRatings), ...given }
      if (Object.keys(merged).length > MAX_REVIEWERS) throw new TooManyReviewers()
      return write(id, merged)
    },
    writable: () => true,
    whyNotReady: () => undefined,
    close: async () => undefined
  } satisfies RatingsStore
}
