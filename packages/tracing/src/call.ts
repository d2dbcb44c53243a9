import type { TraceIds } from './caller.ts'

/** An outgoing call, as its span, its metrics and the log describe it. */
export interface Call {
  /** Name of the called service. */
  peer: string
  method: string
  /** `http://host:port` */
  origin: string
  /** Host of the origin. */
  address: string
  port: number
  path: string
  /** 1 for the first attempt, more for a retry. */
  attempt: number
}

/** A call and its result. */
export interface EndedCall extends Call {
  /** Undefined if there was no answer. */
  status: number | undefined
  /** Why the call failed, as one of few words. Undefined if it succeeded. */
  error: string | undefined
  durationMs: number
  /** The span to look up for this call. Undefined if its trace is not recorded. */
  exemplar: TraceIds | undefined
}

/** Called when a call ends. */
export type CallListener = (call: EndedCall) => void

export type StartCall = (call: Call) => StartedCall

export interface StartedCall {
  /** The trace headers of this call, name and value by turns. Empty in forward mode. */
  readonly pairs: readonly string[]
  /** @param status undefined if there was no answer; @param error why the call failed, in a word or two */
  end(status: number | undefined, error?: string): void
}

/** The `error.type` of a call by the semantic conventions: what went wrong, or a status of 400 and more. */
export function errorOfCall(status: number | undefined, error: string | undefined): string | undefined {
  if (error !== undefined) return error
  if (status === undefined) return 'no answer'
  return status >= 400 ? String(status) : undefined
}

/** Calls in forward mode. They have no span, so their exemplar is that of the request. */
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
