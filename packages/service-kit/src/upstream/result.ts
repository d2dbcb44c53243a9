import { TooLate } from './exchange.ts'

/**
 * The checked value of an answer, or a failure. A failure has the status if there was an answer, a reason for the log, and the
 * text of an error body with a status from 400 to 499.
 */
export type UpstreamResult<T> =
  | { ok: true; value: T; text: string; version: string | undefined; serverTiming: string | undefined }
  | { ok: false; kind: FailureKind; status: number | undefined; reason: string; message?: string | undefined }

/** `refused`: an answer with another status than 200. `unreachable` and `timeout`: no complete answer. `malformed`: not the schema. */
export type FailureKind = 'refused' | 'unreachable' | 'timeout' | 'malformed'

/** The failure of a call without a complete answer. */
export function failureOf(error: unknown, timeoutMs: number) {
  const kind = error instanceof TooLate ? 'timeout' : 'unreachable'
  return { ok: false, kind, status: undefined, reason: describe(error, timeoutMs) } as const
}

/** A label with few values: a code of Node or undici, `timeout`, or the error's name. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error instanceof TooLate) return 'timeout'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function describe(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof TooLate) return `no complete answer within ${timeoutMs} ms`
  return 'code' in error && typeof error.code === 'string' ? `${error.code}: ${error.message}` : error.message
}
