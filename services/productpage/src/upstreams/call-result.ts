import type { UpstreamResult } from '@bookinfo/service-kit'
import type { CalledName } from './called-services.ts'

/** The sentence for people and programs when a service fails. Istio's documentation quotes it. */
export function sorry(what: CalledName): string {
  return `Sorry, product ${what} are currently unavailable for this book.`
}

/**
 * The status for a call's result: that of the service if it is an error (400 to 599), else 502; 500 without a usable answer, as in
 * the original.
 */
export function statusOf(result: UpstreamResult<unknown>): number {
  if (result.ok) return 200
  const { status = 500 } = result
  return status >= 400 && status <= 599 ? status : 502
}

/** The reason of a service that works and refuses, such as "no more places"; undefined if it fails. */
export function refusalIn(result: UpstreamResult<unknown>): string | undefined {
  return !result.ok && result.status !== undefined && refusals.has(result.status) ? result.message : undefined
}

/** Bad request, conflict, content too large. */
const refusals = new Set([400, 409, 413])
