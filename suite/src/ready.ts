import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { HOST, type Place } from './topology.ts'

const POLL_MS = 200
const ANSWER_MS = 1_000

/**
 * Asks until the place's service is ready for requests; false if the signal said to stop asking.
 *
 * @param refusedMs how long it may answer that it is not ready: what it needs is then not coming
 */
export async function untilReady({ port }: Place, stop: AbortSignal, refusedMs = Infinity): Promise<boolean> {
  let refusedSince = Infinity
  while (!stop.aborted && performance.now() - refusedSince < refusedMs) {
    const status = await readiness(port)
    if (status === 200) return true
    if (status !== undefined) refusedSince = Math.min(refusedSince, performance.now())
    await sleep(POLL_MS)
  }
  return false
}

/** What a place's service says for itself that is not ready. */
export async function whyNotReady({ port }: Place): Promise<string> {
  try {
    const response = await fetch(`http://${HOST}:${port}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) })
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null && 'error' in body ? String(body.error) : 'it says nothing'
  } catch {
    return 'it does not answer'
  }
}

/** Undefined if nothing answers. */
function readiness(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: HOST, port, path: '/readyz', agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(undefined))
  })
}
