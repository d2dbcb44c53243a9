import { expect, vi } from 'vitest'
import type { Forward } from './kubectl.ts'
import { EFFECT_MS } from './poll.ts'
import { count, readerAt } from './reader.ts'

/** Requests that are enough to miss one version of three once in 4 million runs. */
export const ENOUGH = 40

/**
 * Waits until the page has all its parts and all three versions of reviews answer with what they have: a pod is ready a moment before
 * nodes and sidecars send connections to it.
 *
 * @param open opens the way in for each look, as a lesson may replace the gateway
 */
export async function untilWhole(open: () => Promise<Forward>): Promise<void> {
  const look = async () => {
    await using way = await open()
    const reader = readerAt(way.url)
    const { status, body } = await reader.ask('/productpage')
    expect(status).toBe(200)
    expect(body).not.toContain('currently unavailable')
    expect(Object.keys(count(await reader.stars(ENOUGH))).toSorted()).toEqual(['black', 'no stars', 'red'])
  }
  await vi.waitFor(look, { timeout: EFFECT_MS, interval: 250 })
}
