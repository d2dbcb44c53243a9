import { forwardedHeaderNames } from './headers.ts'

const forwarded: ReadonlySet<string> = new Set(forwardedHeaderNames)
const picked: unique symbol = Symbol('picked from a request')

/**
 * Headers for an outgoing call. Only this file makes them, and every upstream call asks for them: to forget propagation
 * does not compile.
 */
export interface ForwardHeaders {
  readonly [picked]: true
  /** Name and value by turns, names in lower case: the form in which undici sends them unchanged. */
  readonly pairs: readonly string[]
}

/**
 * Picks the headers to hand on. Values are copied verbatim, repeated headers stay repeated, and nothing is invented:
 * a round trip through a tracing library would lose or rewrite some (B3's parent id, a lone sampling decision).
 *
 * @param rawHeaders Node's `IncomingMessage.rawHeaders`: name and value by turns
 */
export function forwardHeaders(rawHeaders: readonly string[]): ForwardHeaders {
  return { [picked]: true, pairs: filterPairs(rawHeaders, (name) => forwarded.has(name)) }
}

/**
 * Replaces whatever `end-user` came in by the user who is signed in, or by none: a front end must not believe a header
 * that anybody can send. The name travels as UTF-8 bytes, so that a mesh can match any name.
 */
export function withEndUser(headers: ForwardHeaders, user: string | undefined): ForwardHeaders {
  const pairs = filterPairs(headers.pairs, (name) => name !== 'end-user')
  if (user !== undefined) pairs.push('end-user', Buffer.from(user, 'utf8').toString('latin1'))
  return { [picked]: true, pairs }
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
