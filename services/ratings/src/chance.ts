/** A number from 0 to just below 1. */
export type Chance = () => number

/**
 * Chance that can be repeated: the same seed gives the same numbers (mulberry32, public domain, by Tommy Ettinger).
 *
 * @param seed a whole number from 0 to 2^32 - 1; -1 gives true chance
 */
export function createChance(seed: number): Chance {
  if (seed === -1) return Math.random
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
