import { showDuration } from './figures.ts'
import { attributeText, endUs, type Span } from './span.ts'
import type { Trace } from './trace-store.ts'

/** A server's span that ends after the span of the call to it. */
export interface Outlasting {
  /** In two or three words. */
  mark: string
  /** Why, in a sentence. */
  reason: string
}

/** @returns undefined for a span that ends before its caller's, or has none */
export function outlasting(span: Span, { spans }: Trace): Outlasting | undefined {
  const caller = span.parentId === undefined ? undefined : spans.get(span.parentId)
  if (span.kind !== 'server' || caller?.kind !== 'client') return undefined
  const laterUs = endUs(span) - endUs(caller)
  if (laterUs <= 0) return undefined
  const later = showDuration(laterUs)
  if (caller.status !== 'error') {
    return {
      mark: 'ends after its caller',
      reason: `It ends ${later} after the call to it: a server’s span lasts until the last byte is written, or the clocks of two machines differ.`
    }
  }
  const why = caller.statusMessage || attributeText(caller.attributes, 'error.type') || 'an error'
  return {
    mark: 'caller gave up',
    reason: `Its caller gave up after ${showDuration(caller.durationUs)} (${why}). This server worked on for ${later}, for nobody.`
  }
}
