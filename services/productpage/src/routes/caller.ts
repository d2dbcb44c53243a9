import { withEndUser, type FastifyRequest } from '@bookinfo/service-kit'
import type { Caller } from '../upstreams.ts'

/** The upstream calls of a request go out with its headers, in the name of who is signed in, or of nobody. */
export function callerOf(request: FastifyRequest, user: string | undefined): Caller {
  return { headers: withEndUser(request.trace.headers, user), log: request.log }
}
