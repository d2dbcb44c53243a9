import type { IncomingHttpHeaders } from 'node:http'
import { idsOf, text, type Caller, type LogIds, type TraceFormat } from '../caller.ts'
import { b3, b3multi, jaeger, ottrace } from './b3.ts'
import { datadog, googleCloud, grpcTraceBin, xray } from './cloud.ts'
import { elastic, sentry, tracecontext } from './w3c.ts'

/**
 * By the names of `OTEL_PROPAGATORS` where it has one, in the order in which they are read: the first valid one says who the
 * caller is. Under Istio's OpenTelemetry provider a client's stale B3 headers pass the proxies, so `traceparent` comes first.
 */
export const traceFormats = {
  tracecontext,
  b3,
  b3multi,
  datadog,
  jaeger,
  googleCloud,
  grpcTraceBin,
  xray,
  sentry,
  elastic,
  ottrace
} satisfies Record<string, TraceFormat>

const skywalkingForm = /^([01])-([A-Za-z0-9+/]+=*)-[A-Za-z0-9+/]+=*-[0-9]+-/
const skywalkingTraceForm = /^[A-Za-z0-9._-]{1,128}$/

/** Its trace ids are text of any length, which no other format can carry. So it is read for log lines, and never written. */
export const skywalking: Pick<TraceFormat, 'read'> = {
  read(headers) {
    const value = headers['sw8']
    if (value === undefined) return undefined
    const [, decision, encoded = ''] = skywalkingForm.exec(text(value)) ?? []
    const traceId = Buffer.from(encoded, 'base64').toString('latin1')
    if (!skywalkingTraceForm.test(traceId)) return undefined
    return { traceId, spanId: undefined, isSampled: decision === '1' }
  }
}

/** SkyWalking comes last: its ids are text that only its own tools can search for. */
const forwardFormats: readonly Pick<TraceFormat, 'read'>[] = [...Object.values(traceFormats), skywalking]

/** Reads the first valid trace header, of whatever tracer. Without any, the ids are empty. */
export function logIds(headers: IncomingHttpHeaders): LogIds {
  return idsOf(readCaller(headers))
}

/** @returns undefined if no header is valid. A decision without ids counts only if no header has ids. */
export function readCaller(
  headers: IncomingHttpHeaders,
  formats: readonly Pick<TraceFormat, 'read'>[] = forwardFormats
): Caller | undefined {
  let decision: Caller | undefined
  for (const { read } of formats) {
    const caller = read(headers)
    if (caller?.traceId !== undefined) return caller
    decision ??= caller
  }
  return decision
}
