import { createError, type FastifyReply, type FastifyRequest } from '@bookinfo/service-kit'
import { createHash, randomBytes } from 'node:crypto'
import { clientScheme, sessionText } from './session.ts'

export const ForeignRequest = createError(
  'BOOKINFO_FOREIGN_REQUEST',
  'this did not come from a page of this site and this session: please open the page again, and repeat it there',
  403
)

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
 * Tells whether a page of another site sent this request: by `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/), else by
 * `Origin`. Only browsers send these headers; curl and programs are no danger here.
 *
 * @throws ForeignRequest
 */
export function refuseForeign(request: FastifyRequest, publicOrigins: readonly string[]): void {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && publicOrigins.includes(originOf(origin))) return
  // `none`: the reader did it, by restoring a tab for example.
  const foreign =
    site === undefined
      ? origin !== undefined && !isOwnOrigin(origin, request, publicOrigins)
      : site !== 'same-origin' && site !== 'none'
  if (foreign) throw new ForeignRequest()
}

/**
 * Whether an address in a browser's header belongs to this site: to one of the public origins, or to `Host`. The scheme counts if
 * a gateway says which one the client used. A port that is the scheme's default may be written or not (RFC 9110, 4.2.3).
 */
export function isOwnOrigin(address: string, request: FastifyRequest, publicOrigins: readonly string[]): boolean {
  const { protocol, host } = URL.parse(address) ?? {}
  if (protocol !== 'http:' && protocol !== 'https:') return false
  if (publicOrigins.includes(originOf(address))) return true
  const scheme = clientScheme(request)
  if (scheme !== undefined && protocol !== `${scheme}:`) return false
  // The server refuses a malformed `Host` with 400.
  return URL.parse(`${protocol}//${request.headers.host ?? ''}`)?.host === host
}

function originOf(address: string): string {
  return URL.parse(address)?.origin ?? ''
}
