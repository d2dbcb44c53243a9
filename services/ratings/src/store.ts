import type { GivenRatings, ProductId, Ratings } from '@bookinfo/contracts'

const MAX_PRODUCTS = 10_000
const firstRatings: GivenRatings = { Reviewer1: 5, Reviewer2: 4 }

export interface RatingsStore {
  read(id: ProductId): Ratings
  /** Replaces what was there, as in the original. */
  write(id: ProductId, ratings: GivenRatings): Ratings
}

/** Ratings in memory, for the life of the process. When it is full, the product written longest ago is forgotten. */
export function createMemoryStore(): RatingsStore {
  const written = new Map<ProductId, GivenRatings>()
  return {
    read: (id) => ({ id, ratings: written.get(id) ?? firstRatings }),
    write(id, ratings) {
      written.delete(id)
      written.set(id, ratings)
      const [oldest] = written.keys()
      if (written.size > MAX_PRODUCTS && oldest !== undefined) written.delete(oldest)
      return { id, ratings }
    }
  }
}
