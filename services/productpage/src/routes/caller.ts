import { withEndUser, type FastifyRequest } from '@bookinfo/service-kit'
import { signedInUser, type Clock } from '../session.ts'
import type { Caller } from '../upstreams.ts'

/** The upstream calls of a request go out with its headers, in the name of who is signed in. */
export function callerOf(request: FastifyRequest, now: Clock): Caller {
  return { headers: withEndUser(request.trace.headers, signedInUser(request, now)), log: request.log }
}
