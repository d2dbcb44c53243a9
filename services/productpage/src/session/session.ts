import type { FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import { randomBytes } from 'node:crypto'

const COOKIE = 'session'
/** A copy of the cookie works after sign-out, as replicas share no list of sessions, so a session does not last for long. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000
/** Cookies of that name in one request; a parent domain may set another `session`. */
const MAX_COOKIES = 5
const MAX_NAME_LENGTH = 100

/** Milliseconds since 1970. */
export type NowMs = () => number

export const userNameRule = `a user name has 1 to ${MAX_NAME_LENGTH} characters and no control characters`

/**
 * Reads a user name. Blanks around it are cut, because a header cannot carry them to the services.
 *
 * @returns undefined if it is empty, too long or has control characters
 */
export function userNameFrom(text: string): string | undefined {
  const name = text.trim()
  return name === '' || name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name) ? undefined : name
}

/** The user of the signed session cookie; undefined without one, or if the cookie is forged, broken or too old. */
export function signedInUser(request: FastifyRequest, nowMs: NowMs): string | undefined {
  const [, issued, user] = /^([0-9]{1,12})\.[A-Za-z0-9_-]{16}\.(.+)$/su.exec(sessionText(request) ?? '') ?? []
  return Number(issued) * 1000 + MAX_AGE_MS > nowMs() ? user : undefined
}

/** The text of the first session cookie with a valid signature: start of the session, a random part, and the user. */
export function sessionText(request: FastifyRequest): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').filter((pair) => pair.trim().startsWith(`${COOKIE}=`))
  for (const pair of pairs.slice(0, MAX_COOKIES)) {
    const { valid, value } = request.unsignCookie(request.server.parseCookie(pair)[COOKIE] ?? '')
    if (valid && value !== null) return value
  }
  return undefined
}

export function signIn(reply: FastifyReply, user: string, nowMs: NowMs): void {
  // The random part makes each session another one, also if a user signs in twice in a second.
  const session = `${Math.floor(nowMs() / 1000)}.${randomBytes(12).toString('base64url')}.${user}`
  void reply.setCookie(COOKIE, session, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: clientScheme(reply.request) === 'https'
  })
}

export function signOut(reply: FastifyReply): void {
  void reply.clearCookie(COOKIE, { path: '/' })
}

/**
 * The scheme between client and gateway, if gateways say it. Each gateway may add to the list in `X-Forwarded-Proto`; the first
 * element comes from the one at the client. Any client can send this header, but a false value only makes its own cookie stricter.
 */
export function clientScheme({ headers }: FastifyRequest): 'http' | 'https' | undefined {
  const schemes = [headers['x-forwarded-proto'] ?? []].flat().join(',').toLowerCase().split(',')
  const scheme = schemes.map((each) => each.trim()).find((each) => each !== '')
  return scheme === 'http' || scheme === 'https' ? scheme : undefined
}
