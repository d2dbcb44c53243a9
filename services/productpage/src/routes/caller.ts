import { forwardHeaders, withEndUser, type FastifyRequest } from '@bookinfo/service-kit'
import { signedInUser, type Clock } from '../session.ts'
import type { Caller } from '../upstreams.ts'

/** The upstream calls of a request go out with its headers, in the name of who is signed in. */
export function callerOf(request: FastifyRequest, now: Clock): Caller {
  const headers = forwardHeaders(request.raw.rawHeaders)
  return { headers: withEndUser(headers, signedInUser(request, now)), log: request.log }
}
