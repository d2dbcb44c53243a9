import type { FastifyReply, FastifyRequest } from '@bookinfo/service-kit'

const COOKIE = 'session'
/** The original accepts a session for as long. */
const MAX_AGE_MS = 31 * 24 * 60 * 60 * 1000
const MAX_NAME_LENGTH = 100

/** Milliseconds since 1970. */
export type NowMs = () => number

export const userNameRule = `a user name has 1 to ${MAX_NAME_LENGTH} characters and no control characters`

/**
 * Reads a user name. Blanks around it are cut, because a header cannot carry them to the services.
 *
 * @returns undefined if it is too long or has control characters
 */
export function userNameFrom(text: string): string | undefined {
  const name = text.trim()
  return name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name) ? undefined : name
}

/** The user of the signed session cookie; undefined without one, or if the cookie is forged, broken or too old. */
export function signedInUser(request: FastifyRequest, nowMs: NowMs): string | undefined {
  const [, issued, user] = /^([0-9]{1,12})\.(.+)$/su.exec(sessionText(request) ?? '') ?? []
  return Number(issued) * 1000 + MAX_AGE_MS > nowMs() ? user : undefined
}

/** The text of a validly signed session cookie: user and start of the session. */
export function sessionText(request: FastifyRequest): string | undefined {
  const { valid, value } = request.unsignCookie(request.cookies[COOKIE] ?? '')
  return valid && value !== null ? value : undefined
}

export function signIn(reply: FastifyReply, user: string, nowMs: NowMs): void {
  void reply.setCookie(COOKIE, `${Math.floor(nowMs() / 1000)}.${user}`, {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: cameByTls(reply.request)
  })
}

export function signOut(reply: FastifyReply): void {
  void reply.clearCookie(COOKIE, { path: '/' })
}

/** Any client can send this header, but a false value only makes the client's own cookie stricter. */
function cameByTls(request: FastifyRequest): boolean {
  return request.headers['x-forwarded-proto'] === 'https'
}
