import type { GivenRatings } from '@bookinfo/contracts'
import { NoReviewerName } from '../store.ts'

/**
 * Every database has its own idea of long names, of NUL, of half a surrogate pair, and of blanks at the end. Names that all
 * of them take are those that one can sign in with.
 */
const nameForm = /^(?!\s)[^\p{Cc}\p{Cs}]{1,100}(?<!\s)$/u

/** @throws NoReviewerName if one of the names is none */
export function checkReviewerNames(given: GivenRatings): void {
  for (const name of Object.keys(given)) if (!nameForm.test(name)) throw new NoReviewerName()
}
