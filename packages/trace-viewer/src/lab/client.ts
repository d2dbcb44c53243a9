import { LabState } from '@bookinfo/contracts/lab'
import { Type } from 'typebox'
import { Check } from 'typebox/value'

/** Milliseconds; a service that is started again may take most of it. */
const TIMEOUT_MS = 25_000

const Refusal = Type.Object({ error: Type.String() })

/** What the lab of `npm start` answers: its state, or why it changed nothing. */
export type LabAnswer = { state: LabState } | { problem: string }

/** Asks the API of the lab. Never rejects. */
export async function askLab(labUrl: string, path: string, body?: unknown): Promise<LabAnswer> {
  try {
    const response = await fetch(`${labUrl}${path}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT_MS)
    })
    const answer: unknown = await response.json()
    if (Check(LabState, answer)) return { state: answer }
    return { problem: Check(Refusal, answer) ? answer.error : `the lab answered ${response.status}` }
  } catch {
    return { problem: 'the lab does not answer: npm start is still starting, or has ended' }
  }
}
