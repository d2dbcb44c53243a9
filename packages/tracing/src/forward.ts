import { startCallsWithoutSpans, type StartCall } from './call.ts'
import { isForwarded } from './headers.ts'

const picked: unique symbol = Symbol('picked from a request')

/**
 * Headers for the outgoing calls of a request. Only this package makes them, and every upstream call needs them: code that
 * forgets to propagate does not compile.
 */
export interface ForwardHeaders {
  readonly [picked]: true
  /** Name and value by turns, names in lower case: the form in which undici sends them unchanged. */
  readonly pairs: readonly string[]
  /** Starts one call: its time, and in trace mode its span. */
  readonly startCall: StartCall
}

/**
 * Picks the headers to forward. Values are copied verbatim, repeated headers stay repeated, and nothing is invented: a round
 * trip through a tracing library would lose or rewrite some (B3's parent id, a lone sampling decision). A header without a
 * value is not forwarded.
 *
 * @param rawHeaders Node's `IncomingMessage.rawHeaders`: name and value by turns
 */
export function forwardHeaders(
  rawHeaders: readonly string[],
  startCall: StartCall = startCallsWithoutSpans(undefined, () => undefined)
): ForwardHeaders {
  return { [picked]: true, pairs: filterPairs(rawHeaders, isForwarded), startCall }
}

/**
 * The same for trace mode, without the trace headers that are written for each call.
 *
 * @param owned their names, in lower case
 */
export function forwardHeadersWithSpans(
  rawHeaders: readonly string[],
  owned: ReadonlySet<string>,
  startCall: StartCall
): ForwardHeaders {
  const pairs = filterPairs(rawHeaders, (name) => !owned.has(name) && isForwarded(name))
  return { [picked]: true, pairs, startCall }
}

/**
 * Removes every `end-user` that came in, and adds the user who is signed in: a front end must not believe a header that
 * anybody can send. The name is sent as UTF-8 bytes, so that a mesh can match any name.
 */
export function withEndUser(headers: ForwardHeaders, user: string | undefined): ForwardHeaders {
  const pairs = filterPairs(headers.pairs, (name) => name !== 'end-user')
  if (user !== undefined) pairs.push('end-user', Buffer.from(user, 'utf8').toString('latin1'))
  return { [picked]: true, pairs, startCall: headers.startCall }
}

/** The pairs with a value whose name, in lower case, is to be kept. */
export function filterPairs(pairs: readonly string[], keep: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i]?.toLowerCase()
    const value = pairs[i + 1]
    if (name !== undefined && value && keep(name)) kept.push(name, value)
  }
  return kept
}
