import type { UpstreamResult } from '@bookinfo/service-kit'

/** Milliseconds from any fixed moment. */
export type Clock = () => number

export interface AnswerAges {
  /** Milliseconds for which nobody is asked again. */
  freshMs: number
  /** Milliseconds after that in which the answer still stands in for a failure. */
  staleMs: number
}

/**
 * Remembers the last good answer to a question that never changes: one value is the whole cache, so it needs no other bound.
 * Those who ask while an answer is on its way wait for that one. A failure is never remembered.
 */
export function rememberAnswer<T, Caller>(
  ask: (caller: Caller) => Promise<UpstreamResult<T>>,
  { freshMs, staleMs }: AnswerAges,
  now: Clock
): (caller: Caller) => Promise<UpstreamResult<T>> {
  let last: { answer: UpstreamResult<T>; at: number } | undefined
  let asking: Promise<UpstreamResult<T>> | undefined

  async function askNow(caller: Caller): Promise<UpstreamResult<T>> {
    try {
      const answer = await ask(caller)
      if (answer.ok) last = { answer, at: now() }
      return answer
    } finally {
      asking = undefined
    }
  }

  return async (caller) => {
    if (last && now() - last.at < freshMs) return last.answer
    const answer = await (asking ??= askNow(caller))
    return !answer.ok && last && now() - last.at < freshMs + staleMs ? last.answer : answer
  }
}
