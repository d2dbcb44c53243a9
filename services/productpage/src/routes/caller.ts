import { withEndUser, type FastifyRequest } from '@bookinfo/service-kit'
import type { Caller } from '../upstreams.ts'

/** The upstream calls of a request go out with its headers, in the name of who is signed in, or of nobody. */
export function callerOf({ trace, log }: FastifyRequest, user: string | undefined): Caller {
  return { headers: withEndUser(trace.headers, user), exemplar: trace.exemplar, log }
}
