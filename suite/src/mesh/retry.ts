import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './choice.ts'
import { attempt, type Outcome, type WholeRequest } from './attempt.ts'
import type { Endpoint } from './choice.ts'
import type { Retries } from './rule.ts'

/** Envoy's pauses between two attempts: up to the first one, doubled each time, up to the last one; milliseconds. */
const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 250

export interface RetryOptions {
  retries?: Retries | undefined
  chance: Chance
  /** Aborted when the time of all attempts is up, or the caller is gone. */
  signal: AbortSignal
}

/** Sends a request until an answer needs no retry. An endpoint is chosen anew for each attempt. */
export async function attemptAll(
  choose: () => Endpoint | undefined,
  request: WholeRequest,
  { retries, chance, signal }: RetryOptions
): Promise<Outcome | undefined> {
  for (let attempts = 0; ; attempts += 1) {
    const endpoint = choose()
    if (endpoint === undefined) return undefined
    const outcome = await attemptOnce(endpoint, request, signal, retries?.perTryTimeoutMs)
    if (signal.aborted || !retries || attempts >= retries.attempts || !isRetried(outcome, retries.on)) return outcome
    if ('response' in outcome) outcome.response.destroy()
    await sleep(chance() * Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS))
  }
}

async function attemptOnce(
  endpoint: Endpoint,
  request: WholeRequest,
  signal: AbortSignal,
  timeoutMs?: number
): Promise<Outcome> {
  if (timeoutMs === undefined) return attempt(endpoint, request, signal)
  const tooLate = new AbortController()
  const timer = setTimeout(() => tooLate.abort(), timeoutMs)
  const outcome = await attempt(endpoint, request, AbortSignal.any([signal, tooLate.signal]))
  clearTimeout(timer)
  return outcome
}

/** Envoy's conditions of `retryOn` that HTTP/1 can meet. */
function isRetried(outcome: Outcome, on: readonly string[]): boolean {
  if ('response' in outcome) {
    const status = outcome.response.statusCode ?? 0
    return on.some(
      (condition) =>
        condition === String(status) ||
        (condition === '5xx' && status >= 500) ||
        (condition === 'gateway-error' && status >= 502 && status <= 504) ||
        (condition === 'retriable-4xx' && status === 409)
    )
  }
  const always = ['5xx', 'gateway-error', 'reset']
  return on.some((condition) => always.includes(condition) || condition === outcome.failure)
}
