import type { TraceIds } from './log-ids.ts'

/** An outgoing call, as its span, its metrics and the log describe it. */
export interface Call {
  /** Name of the service that is asked. */
  peer: string
  method: string
  /** `http://host:port` */
  origin: string
  /** Host and port of the origin, apart. */
  address: string
  port: number
  path: string
  /** 1 for the first, more for a retry. */
  attempt: number
}

/** What came of a call. */
export interface EndedCall extends Call {
  /** Undefined if there was no answer. */
  status: number | undefined
  /** Why the call came to nothing, as one of few words; undefined if it did not. */
  error: string | undefined
  durationMs: number
  /** Where the call is found in its trace, if that is recorded. */
  exemplar: TraceIds | undefined
}

/** Told of every call that ends. */
export type CallListener = (call: EndedCall) => void

export type StartCall = (call: Call) => StartedCall

export interface StartedCall {
  /** Headers that the call has of its own: whose child the upstream's span is. */
  readonly pairs: readonly string[]
  /** @param status undefined if there was no answer; @param error why the call came to nothing, in a word or two */
  end(status: number | undefined, error?: string): void
}

/** The type of a failed call's error by the conventions: what went wrong, else the status if it says so, else none. */
export function errorOfCall(status: number | undefined, error: string | undefined): string | undefined {
  if (error !== undefined) return error
  if (status === undefined) return 'no answer'
  return status >= 400 ? String(status) : undefined
}

/** Forward mode: calls have no span of their own, so they are found where their request is. */
export function startCallsWithoutSpans(exemplar: TraceIds | undefined, listener: CallListener): StartCall {
  return (call) => {
    const start = performance.now()
    return {
      pairs: [],
      end(status, error) {
        const durationMs = performance.now() - start
        listener({ ...call, status, error: errorOfCall(status, error), durationMs, exemplar })
      }
    }
  }
}
