import { setTimeout as sleep } from 'node:timers/promises'
import { createReader, type Reading } from './reader.ts'

/** Requests without an answer at once. Beyond this the server is too slow for the rate, and further requests are not sent. */
const MAX_WAITING = 2000

export interface ReadersOptions {
  url: URL
  ratePerSecond: number
  /** Requests in all; without end if absent. */
  count?: number
  /** Percentage of the requests that come from jason, signed in. */
  signedInPercent: number
  /** Milliseconds for one request. */
  timeoutMs: number
  /** Aborted when no more requests are to be sent. Those on the way still get their time. */
  stop: AbortSignal
  /** @param latencyMs from the moment when the request was due, so that a slow answer cannot hide the wait of later requests */
  onReading: (reading: Reading, latencyMs: number) => void
}

/**
 * Opens a page at a steady rate, whether or not answers come (an open loop), and never repeats a request. Ends after the last
 * answer.
 */
export async function sendReaders(options: ReadersOptions): Promise<void> {
  const { url, ratePerSecond, count = Infinity, signedInPercent, timeoutMs, stop, onReading } = options
  const reader = createReader(url, timeoutMs)
  const waiting = new Set<Promise<void>>()
  const answer = async (dueMs: number, signedIn: boolean) =>
    onReading(await reader.read(signedIn), performance.now() - dueMs)
  const startMs = performance.now()
  for (let index = 0; index < count; index++) {
    const dueMs = startMs + (index * 1000) / ratePerSecond
    const earlyMs = dueMs - performance.now()
    if (earlyMs > 0) await sleep(earlyMs, undefined, { signal: stop }).catch(() => undefined)
    if (stop.aborted) break
    if (waiting.size >= MAX_WAITING) {
      onReading({ failure: `not sent: ${MAX_WAITING} requests wait`, missing: [] }, performance.now() - dueMs)
      continue
    }
    const answered = answer(dueMs, isShare(index, signedInPercent))
    waiting.add(answered)
    void answered.finally(() => waiting.delete(answered))
  }
  await Promise.all(waiting)
  await reader.close()
}

/** Whether the request with this number belongs to the share. The share is spread evenly. */
function isShare(index: number, percent: number): boolean {
  return Math.floor(((index + 1) * percent) / 100) > Math.floor((index * percent) / 100)
}
