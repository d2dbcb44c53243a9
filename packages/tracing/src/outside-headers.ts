import type { StartCall } from './call.ts'
import { filterPairs, type ForwardHeaders } from './forward.ts'
import { isForOutside } from './trace-context-names.ts'

/**
 * Headers for a service outside the suite, which must not learn who asks. It gets no header of the request, or only those
 * that join spans into a trace. The call has its span in both cases.
 */
export function forOutside(headers: ForwardHeaders, { tellTrace, own = [] }: OutsideHeaders): ForwardHeaders {
  const leave = (pairs: readonly string[]): string[] => filterPairs(pairs, (name) => tellTrace && isForOutside(name))
  const { startCall } = headers
  const startOutside: StartCall = (call) => {
    const started = startCall(call)
    return { pairs: leave(started.pairs), end: (status, error) => started.end(status, error) }
  }
  return { ...headers, pairs: [...own, ...leave(headers.pairs)], startCall: startOutside }
}

export interface OutsideHeaders {
  /** Whether trace context goes along. */
  tellTrace: boolean
  /** Headers of this process, such as a key: name and value by turns, names in lower case. */
  own?: readonly string[]
}
