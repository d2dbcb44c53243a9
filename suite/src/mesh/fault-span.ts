import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Labels } from './rule.ts'
import type { CallEdge } from './traffic.ts'

/** A fault that a request met on its way. */
export interface MetFault {
  edge: CallEdge
  /** Those of the endpoint that a lost call was meant for, else those of the rule's target. */
  labels: Labels
  headers: IncomingHttpHeaders
  /** Milliseconds since 1970. */
  startMs: number
  delayMs: number
  abort: number | undefined
  /** The caller left before the delay was over. */
  isGivenUp: boolean
}

export type ReportFault = (fault: MetFault) => void

/** Milliseconds for the trace viewer to take a span. */
const ANSWER_MS = 2_000
const KIND_INTERNAL = 1
const KIND_SERVER = 2
const STATUS_ERROR = 2

/**
 * Makes a span of each fault in a request that is traced, as the child of the caller's span: a trace then says why a call took long or
 * failed. Nothing depends on it, so what cannot be sent is dropped.
 *
 * @param otlpOrigin where spans go, as OTLP/HTTP in JSON
 */
export function createFaultReport(otlpOrigin: string): ReportFault {
  return (fault) => {
    const span = describeFault(fault)
    if (span === undefined) return
    void fetch(`${otlpOrigin}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [span] }),
      signal: AbortSignal.timeout(ANSWER_MS)
    }).then(
      (response) => response.body?.cancel(),
      () => undefined
    )
  }
}

function describeFault({ edge, labels, headers, startMs, delayMs, abort, isGivenUp }: MetFault) {
  const traced = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f][13579bdf]$/.exec(String(headers['traceparent']))
  if (traced === null) return undefined
  const [, traceId = '', parentSpanId = ''] = traced
  // The called service never sees such a call, so the span stands in its place.
  const isCallLost = abort !== undefined || isGivenUp
  const service = { 'service.name': isCallLost ? edge.to : edge.from, ...(isCallLost && version(labels)) }
  const words = [delayMs > 0 && `delay of ${delayMs} ms`, abort !== undefined && `abort with ${abort}`].filter(Boolean)
  return {
    resource: { attributes: attributes(service) },
    scopeSpans: [
      {
        scope: { name: 'mesh of npm start' },
        spans: [
          {
            traceId,
            spanId: randomBytes(8).toString('hex'),
            parentSpanId,
            name: `fault: ${words.join(', ')}`,
            kind: isCallLost ? KIND_SERVER : KIND_INTERNAL,
            startTimeUnixNano: `${startMs}000000`,
            endTimeUnixNano: `${Date.now()}000000`,
            attributes: attributes({
              'fault.explanation': `on purpose, on the way from ${edge.from} to ${edge.to}`,
              // As a service says it of a request; the viewer adds why.
              ...(isGivenUp && { 'error.type': 'caller_gone' })
            }),
            ...(isCallLost && { status: { code: STATUS_ERROR, message: 'a fault that was set, see /lab' } })
          }
        ]
      }
    ]
  }
}

function version({ version: value }: Labels): Labels {
  return value === undefined ? {} : { 'service.version': value }
}

function attributes(values: Labels) {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}
