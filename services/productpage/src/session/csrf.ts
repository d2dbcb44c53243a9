import type { FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import { createHash, randomBytes } from 'node:crypto'
import { sessionText } from './session.ts'

/**
 * Makes the CSRF token for a form: only pages of this session have it. It differs from page to page, so that nobody can guess it
 * from the size of compressed pages (BREACH, https://www.breachattack.com/).
 */
export function formToken(request: FastifyRequest, reply: FastifyReply): string {
  const salt = randomBytes(9).toString('base64url')
  return reply.signCookie(`form.${salt}.${digest(sessionText(request) ?? '')}`)
}

/** Whether the token of a form belongs to the session of its request. */
export function hasFormToken(request: FastifyRequest, token: string): boolean {
  const session = sessionText(request)
  const { valid, value } = request.unsignCookie(token)
  // The same key signs sessions. No session begins with this word, so a token is never a session, nor a session a token.
  const [word, , owner] = (valid && value?.split('.')) || []
  return session !== undefined && word === 'form' && owner === digest(session)
}

function digest(session: string): string {
  return createHash('sha256').update(session).digest('base64url')
}

/**
 * Tells by `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/), or else by `Origin`, whether a page of another site sent this
 * request. Only browsers send these headers; curl and programs are no danger here.
 */
export function isForeign({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site']
  // `none`: the reader did it, by restoring a tab for example.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin, host } = headers
  if (origin === undefined) return false
  // The origin `null` has no host, and a request may have none either.
  const from = URL.parse(origin)?.host
  return !from || from !== host
}
