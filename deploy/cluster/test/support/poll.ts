import { expect } from 'vitest'

/** A change of the mesh takes effect when each sidecar has it, which takes seconds on a busy machine. */
export const EFFECT_MS = 120_000

/** Waits until a look at the mesh gives what is expected. @throws an assertion error with the last look */
export function until<T>(look: () => T | Promise<T>, intervalMs = 250) {
  return expect.poll(look, { timeout: EFFECT_MS, interval: intervalMs })
}

/**
 * How far a count of independent tries may be from the expected one: 4.5 standard deviations, which are exceeded once in 100,000
 * runs.
 */
export function bound(tries: number, share: number): { least: number; most: number } {
  const deviation = 4.5 * Math.sqrt(tries * share * (1 - share))
  return { least: Math.floor(tries * share - deviation), most: Math.ceil(tries * share + deviation) }
}

/** Expects that a share of tries has an outcome, within the bound for their number. */
export function expectShare(
  what: string,
  { found, tries, share }: { found: number; tries: number; share: number }
): void {
  const { least, most } = bound(tries, share)
  process.stdout.write(`  ${what}: ${found} of ${tries}, expected ${least} to ${most}\n`)
  expect(found).toBeGreaterThanOrEqual(least)
  expect(found).toBeLessThanOrEqual(most)
}
