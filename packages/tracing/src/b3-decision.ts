import { ROOT_CONTEXT, type Context } from '@opentelemetry/api'
import { B3Propagator } from '@opentelemetry/propagator-b3'
import type { IncomingHttpHeaders } from 'node:http'

/** Whether a trace is to be recorded, by someone who has not begun it. */
export interface LoneDecision {
  isSampled: boolean
  /** With what a propagator writes for debugging. */
  context: Context
}

/** In the letters of the single header. Older senders say it in words. */
const decisions = new Map([
  ['0', '0'],
  ['false', '0'],
  ['1', '1'],
  ['true', '1'],
  ['d', 'd']
])

const propagator = new B3Propagator()
/** Nobody's, for a propagator that reads no decision without any. */
const SOME_IDS = `${'1'.repeat(32)}-${'1'.repeat(16)}`

/**
 * B3 lets a decision come without ids: `b3: 0`, or `x-b3-sampled` or `x-b3-flags` alone. The library passes over those.
 * https://github.com/openzipkin/b3-propagation#sampling-state-1
 *
 * @returns undefined if the headers leave it to whoever reads them
 */
export function loneDecision({ b3, ...headers }: IncomingHttpHeaders): LoneDecision | undefined {
  const many = headers['x-b3-flags'] === '1' ? 'd' : headers['x-b3-sampled']
  // The single header goes before the others, as for ids.
  const said = decisions.get(String(b3 || many).toLowerCase())
  if (said === undefined) return undefined
  const get = (): string => `${SOME_IDS}-${said}`
  return { isSampled: said !== '0', context: propagator.extract(ROOT_CONTEXT, {}, { get, keys: () => [] }) }
}
