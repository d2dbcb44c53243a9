import { startCallsWithoutSpans, type StartCall } from './calls.ts'
import { forwardedHeaderNames, traceContextNames } from './headers.ts'

const forwarded: ReadonlySet<string> = new Set(forwardedHeaderNames)
const traceContext: ReadonlySet<string> = new Set(traceContextNames)
const picked: unique symbol = Symbol('picked from a request')

/**
 * Headers for the outgoing calls of a request. Only this package makes them, and every upstream call asks for them: to
 * forget propagation does not compile.
 */
export interface ForwardHeaders {
  readonly [picked]: true
  /** Name and value by turns, names in lower case: the form in which undici sends them unchanged. */
  readonly pairs: readonly string[]
  /** Begins one call: its time, and in trace mode its span. */
  readonly startCall: StartCall
}

/**
 * Picks the headers to hand on. Values are copied verbatim, repeated headers stay repeated, and nothing is invented:
 * a round trip through a tracing library would lose or rewrite some (B3's parent id, a lone sampling decision).
 *
 * @param rawHeaders Node's `IncomingMessage.rawHeaders`: name and value by turns
 */
export function forwardHeaders(
  rawHeaders: readonly string[],
  startCall: StartCall = startCallsWithoutSpans(undefined, () => undefined)
): ForwardHeaders {
  return { [picked]: true, pairs: filterPairs(rawHeaders, (name) => forwarded.has(name)), startCall }
}

/**
 * The same for trace mode: each header has one owner, so what the propagator writes for each call is not copied too.
 *
 * @param owned names, in lower case, of the headers that the propagator writes
 */
export function forwardHeadersWithSpans(
  rawHeaders: readonly string[],
  owned: ReadonlySet<string>,
  startCall: StartCall
): ForwardHeaders {
  const pairs = filterPairs(rawHeaders, (name) => forwarded.has(name) && !owned.has(name))
  return { [picked]: true, pairs, startCall }
}

/**
 * Replaces whatever `end-user` came in by the user who is signed in, or by none: a front end must not believe a header
 * that anybody can send. The name travels as UTF-8 bytes, so that a mesh can match any name.
 */
export function withEndUser(headers: ForwardHeaders, user: string | undefined): ForwardHeaders {
  const pairs = filterPairs(headers.pairs, (name) => name !== 'end-user')
  if (user !== undefined) pairs.push('end-user', Buffer.from(user, 'utf8').toString('latin1'))
  return { [picked]: true, pairs, startCall: headers.startCall }
}

/**
 * For a service outside the suite, which learns nothing of who asks: no header of the request goes along, but at most those
 * that join spans into a trace. The call has its span all the same.
 */
export function forOutside(headers: ForwardHeaders, { tellTrace }: { tellTrace: boolean }): ForwardHeaders {
  const leave = (pairs: readonly string[]): string[] =>
    filterPairs(pairs, (name) => tellTrace && traceContext.has(name))
  const { startCall } = headers
  const startOutside: StartCall = (call) => {
    const started = startCall(call)
    return { pairs: leave(started.pairs), end: (status, error) => started.end(status, error) }
  }
  return { [picked]: true, pairs: leave(headers.pairs), startCall: startOutside }
}

function filterPairs(pairs: readonly string[], keep: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const name = pairs[i]?.toLowerCase()
    const value = pairs[i + 1]
    if (name !== undefined && value !== undefined && keep(name)) kept.push(name, value)
  }
  return kept
}
