import { showDuration } from './figures.ts'
import { attributeText, endUs, wasLeft, type Span } from './span.ts'
import type { Trace } from './trace-store.ts'

/** A server's span that ends after the span of the call to it, or whose caller gave up. */
export interface Outlasting {
  /** Why, in a few words. */
  mark: string
  /** Why, in a sentence. */
  reason: string
}

/** @returns undefined for a span that has no caller, or ends before its caller's, which did not give up */
export function outlasting(span: Span, { spans }: Trace): Outlasting | undefined {
  const caller = span.parentId === undefined ? undefined : spans.get(span.parentId)
  if (span.kind !== 'server' || caller?.kind !== 'client') return undefined
  const laterUs = endUs(span) - endUs(caller)
  const gaveUp =
    caller.status === 'error' && attributeText(caller.attributes, 'http.response.status_code') === undefined
  // Clocks of whole milliseconds, or a busy caller, can put the end of the call after that of the server.
  if (laterUs <= 0 && !(gaveUp && wasLeft(span))) return undefined
  if (gaveUp) {
    const why = caller.statusMessage || attributeText(caller.attributes, 'error.type') || 'an error'
    const ends = spans
      .values()
      .filter(({ parentId }) => parentId === span.spanId)
      .map(endUs)
    const workedUs = Math.max(laterUs, ...ends.map((us) => us - endUs(caller)))
    const work = workedUs > 0 ? ` This server worked on for ${showDuration(workedUs)}, for nobody.` : ''
    return {
      mark: 'caller gave up',
      reason: `Its caller gave up after ${showDuration(caller.durationUs)} (${why}).${work}`
    }
  }
  const later = showDuration(laterUs)
  const [own, other] = [span, caller].map(({ resource }) => attributeText(resource.attributes, 'host.name'))
  if (own !== other) {
    return {
      mark: `clocks may differ by ${later}`,
      reason: `It ends ${later} after the call to it: the clocks of ${other ?? 'the caller'} and ${own ?? 'this server'} differ, or its caller had read the whole answer while this server still closed the request.`
    }
  }
  return {
    mark: `answer read ${later} before its end`,
    reason: `It ends ${later} after the call to it: its caller had read the whole answer while this server still closed the request.`
  }
}
