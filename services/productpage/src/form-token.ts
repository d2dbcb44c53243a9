import type { FastifyReply, FastifyRequest } from '@bookinfo/service-kit'
import { createHash, randomBytes } from 'node:crypto'
import { sessionText } from './session.ts'

/**
 * A text that only this session's pages have, for their forms to bring along. It is another one in each page, so that
 * nobody can guess at it by how well a page compresses (BREACH, https://www.breachattack.com/).
 */
export function formToken(request: FastifyRequest, reply: FastifyReply): string {
  const salt = randomBytes(9).toString('base64url')
  return reply.signCookie(`form.${salt}.${digest(sessionText(request) ?? '')}`)
}

/** Whether a form brought a token of the session with which it came. */
export function hasFormToken(request: FastifyRequest, token: string): boolean {
  const session = sessionText(request)
  const { valid, value } = request.unsignCookie(token)
  // The same key signs sessions; none of them begins with this word, so neither can pass for the other.
  const [word, , owner] = (valid && value?.split('.')) || []
  return session !== undefined && word === 'form' && owner === digest(session)
}

function digest(session: string): string {
  return createHash('sha256').update(session).digest('base64url')
}
