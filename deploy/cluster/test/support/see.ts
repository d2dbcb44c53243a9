import { expect } from 'vitest'
import { expectShare, until } from './poll.ts'
import { count, type Reader, type Stars } from './reader.ts'
import { logOf } from './sidecar.ts'
import type { Certificate } from './tls.ts'
import { ENOUGH } from './whole.ts'

/** Checks what a lesson says under "See", while it is applied. The gateway has had the certificate since before. */
export type See = (reader: Reader, certificate: Certificate) => Promise<void>

/** Requests for a share. */
export const TRIES = Number(process.env['BOOKINFO_TRIES'] ?? 400)

export const product = '/api/v1/products/0'
export const page = '/productpage'

/** Waits until a reader sees one kind of stars alone. */
export async function seeOnly(reader: Reader, stars: Stars): Promise<void> {
  await until(async () => count(await reader.stars(ENOUGH))).toEqual({ [stars]: ENOUGH })
}

/** Waits until a reader sees nothing but these. */
export async function seeOneOf(reader: Reader, expected: readonly Stars[]): Promise<void> {
  await until(async () => (await reader.stars(ENOUGH)).filter((stars) => !expected.includes(stars))).toEqual([])
}

/** Waits until a reader sees nothing but two kinds of stars, and counts the second. */
export async function seeShare(reader: Reader, [usual, other]: readonly [Stars, Stars], share: number): Promise<void> {
  await seeOneOf(reader, [usual, other])
  const seen = count(await reader.stars(TRIES))
  expect((seen[usual] ?? 0) + (seen[other] ?? 0)).toBe(TRIES)
  expectShare(other, { found: seen[other] ?? 0, tries: TRIES, share })
}

/** Waits for no stars on the page, and as many requests to v3 as to v1. */
export async function seeMirror(reader: Reader): Promise<void> {
  await seeOnly(reader, 'no stars')
  const started = new Date()
  await reader.stars(ENOUGH)
  const mirrored = async () => {
    const lines = await logOf('deployment/reviews-v3', 'reviews', started)
    return lines.filter((line) => line.includes('request completed')).length
  }
  await until(mirrored).toBeGreaterThanOrEqual(ENOUGH)
}

/** Waits until reviews are too slow for a timeout of half a second, which productpage waits for twice. */
export async function seeTimeout(reader: Reader): Promise<void> {
  let shown = await reader.ask(page)
  const look = async () => (shown = await reader.ask(page)).body
  await until(look).toContain('Error fetching product reviews')
  expect(shown.tookMs).toBeGreaterThan(950)
  expect(shown.tookMs).toBeLessThan(2_000)
}
