import { shownProduct } from './products.ts'
import type { Caller, Upstreams } from './upstreams.ts'

/**
 * Puts load on reviews before a page is made: the lesson of the `productpage-v-flooding` image. All calls go out at once;
 * the page waits for them, and nobody looks at the answers.
 */
export async function flood(factor: number, upstreams: Upstreams, caller: Caller): Promise<void> {
  await Promise.all(Array.from({ length: factor }, () => upstreams.reviews(shownProduct.id, caller)))
}
