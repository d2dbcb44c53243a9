import type { RatingsConfig } from './config.ts'

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

/** The faults of the original's ratings variants. The lessons need them. */
const FAULTY_SHARE = 0.5
const DELAY_MS = 7_000
const UNAVAILABLE_TURN_MS = 60_000
const UNHEALTHY_TURN_MS = 900_000

/** Chance, clock and sleep, which tests replace. */
export interface FaultDeps {
  chance: Chance
  /** Milliseconds on a clock that never goes back. */
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/** The faults of a variant. They affect reads only. */
export interface Faults {
  /** Whether this read is refused. It may resolve late. */
  refusesRead(): Promise<boolean>
  healthy(): boolean
}

export function createFaults(version: RatingsConfig['SERVICE_VERSION'], { chance, now, sleep }: FaultDeps): Faults {
  const start = now()
  const goodTurn = (turnMs: number): boolean => Math.floor((now() - start) / turnMs) % 2 === 0
  const healthy = () => true
  const never = async () => false

  switch (version) {
    case 'v1':
    case 'v2':
      return { refusesRead: never, healthy }
    case 'v-faulty':
      return { refusesRead: async () => chance() <= FAULTY_SHARE, healthy }
    case 'v-delayed':
      return {
        refusesRead: async () => {
          if (chance() <= FAULTY_SHARE) await sleep(DELAY_MS)
          return false
        },
        healthy
      }
    case 'v-unavailable':
      return { refusesRead: async () => !goodTurn(UNAVAILABLE_TURN_MS), healthy }
    case 'v-unhealthy':
      return { refusesRead: async () => !goodTurn(UNHEALTHY_TURN_MS), healthy: () => goodTurn(UNHEALTHY_TURN_MS) }
    default:
      return version satisfies never
  }
}
