import type { FastifyReply, FastifyRequest } from '@bookinfo/service-kit'

const COOKIE = 'session'
/** As long as the original accepted a session. */
const MAX_AGE_SECONDS = 31 * 24 * 60 * 60
const MAX_NAME_LENGTH = 100

/** Seconds since 1970. */
export type Clock = () => number

export const userNameRule = `a user name has 1 to ${MAX_NAME_LENGTH} characters and no control characters`

/**
 * The name under which somebody signs in: outer blanks are cut, because a header could not carry them to the services.
 *
 * @returns undefined if it is too long or has control characters; empty if there is none
 */
export function userNameFrom(text: string): string | undefined {
  const name = text.trim()
  return name.length > MAX_NAME_LENGTH || /\p{Cc}/u.test(name) ? undefined : name
}

/** Who is signed in, by the signed cookie; undefined if nobody is, or if the cookie is forged, broken or too old. */
export function signedInUser(request: FastifyRequest, now: Clock): string | undefined {
  const [, issued, user] = /^([0-9]{1,12})\.(.+)$/su.exec(sessionText(request) ?? '') ?? []
  return Number(issued) + MAX_AGE_SECONDS > now() ? user : undefined
}

/** What the cookie says, if it is one of ours: whose session, and since when. */
export function sessionText(request: FastifyRequest): string | undefined {
  const { valid, value } = request.unsignCookie(request.cookies[COOKIE] ?? '')
  return valid && value !== null ? value : undefined
}

export function signIn(reply: FastifyReply, user: string, now: Clock): void {
  void reply.setCookie(COOKIE, `${Math.floor(now())}.${user}`, {
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

/** A header that anybody can send: whoever lies here only makes their own cookie stricter. */
function cameByTls(request: FastifyRequest): boolean {
  return request.headers['x-forwarded-proto'] === 'https'
}
