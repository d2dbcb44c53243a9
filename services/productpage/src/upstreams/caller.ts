import {
  withEndUser,
  type FastifyBaseLogger,
  type FastifyRequest,
  type ForwardHeaders,
  type RequestTrace
} from '@bookinfo/service-kit'

/** The request that makes a call. */
export interface Caller {
  headers: ForwardHeaders
  /** The trace of the request, if it is recorded. */
  exemplar: RequestTrace['exemplar']
  log: FastifyBaseLogger
}

/** @param user the signed-in user, who becomes `end-user` in the calls; undefined if nobody is signed in */
export function callerOf({ trace, log }: FastifyRequest, user: string | undefined): Caller {
  return { headers: withEndUser(trace.headers, user), exemplar: trace.exemplar, log }
}
