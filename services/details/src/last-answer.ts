import type { UpstreamResult } from '@bookinfo/service-kit'

export interface AnswerAges {
  /** For this time the answer replaces a call. */
  freshMs: number
  /** For this time after that the answer replaces a failed call. */
  staleMs: number
}

/**
 * Caches the last good answer to a question that never changes. The cache is one value, so it needs no other limit. Requests that
 * come while a call is on its way share its answer. A failure is never cached.
 *
 * @param nowMs milliseconds of a clock that never goes back
 */
export function rememberAnswer<T, Caller>(
  ask: (caller: Caller) => Promise<UpstreamResult<T>>,
  { freshMs, staleMs }: AnswerAges,
  nowMs: () => number
): (caller: Caller) => Promise<UpstreamResult<T>> {
  let last: { answer: UpstreamResult<T>; at: number } | undefined
  let asking: Promise<UpstreamResult<T>> | undefined

  async function askNow(caller: Caller): Promise<UpstreamResult<T>> {
    try {
      const answer = await ask(caller)
      if (answer.ok) last = { answer, at: nowMs() }
      return answer
    } finally {
      asking = undefined
    }
  }

  return async (caller) => {
    if (last && nowMs() - last.at < freshMs) return last.answer
    const answer = await (asking ??= askNow(caller))
    return !answer.ok && last && nowMs() - last.at < freshMs + staleMs ? last.answer : answer
  }
}
