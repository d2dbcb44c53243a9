import type { IncomingHttpHeaders } from 'node:http'
import { text, type Caller, type TraceFormat } from '../caller.ts'

/** Decisions without ids, in the letters of the single header. Older senders write words. */
const b3Decisions = new Map([
  ['0', '0'],
  ['false', '0'],
  ['1', '1'],
  ['true', '1'],
  ['d', 'd']
])
const b3TraceForm = /^(?!0+$)(?:[0-9a-f]{16}|[0-9a-f]{32})$/i
const b3SpanForm = /^(?!0+$)[0-9a-f]{16}$/i
const b3Form = /^([0-9a-f]+)-([0-9a-f]+)(?:-([01d]|true|false))?(?:-[0-9a-f]{16})?$/i

/**
 * The decision of `b3: 0`, of `x-b3-sampled` or of `x-b3-flags`, with ids or without.
 * https://github.com/openzipkin/b3-propagation#sampling-state-1
 */
function b3Decision(headers: IncomingHttpHeaders): string | undefined {
  return (
    b3Decisions.get(text(headers['b3']).toLowerCase()) ??
    (headers['x-b3-flags'] === '1' ? 'd' : b3Decisions.get(text(headers['x-b3-sampled']).toLowerCase()))
  )
}

/** @param decision undefined leaves it open */
function b3Caller(traceId: string | undefined, spanId: string | undefined, decision: string | undefined): Caller {
  const isSampled = decision === undefined ? undefined : decision !== '0'
  return {
    traceId: traceId?.toLowerCase(),
    spanId: spanId?.toLowerCase(),
    isSampled,
    isDebug: decision === 'd'
  }
}

export const b3: TraceFormat = {
  names: ['b3'],
  read(headers) {
    const value = text(headers['b3'])
    if (value === '') return undefined
    const [, traceId = '', spanId = '', decision = ''] = b3Form.exec(value) ?? []
    if (b3TraceForm.test(traceId) && b3SpanForm.test(spanId)) {
      return b3Caller(traceId, spanId, b3Decisions.get(decision.toLowerCase()))
    }
    const lone = b3Decisions.get(value.toLowerCase())
    return lone === undefined ? undefined : b3Caller(undefined, undefined, lone)
  },
  write({ traceId, spanId, isSampled, isDebug }) {
    return ['b3', `${traceId}-${spanId}-${isDebug ? 'd' : isSampled ? '1' : '0'}`]
  }
}

export const b3multi: TraceFormat = {
  names: ['x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'],
  read(headers) {
    const traceId = text(headers['x-b3-traceid'])
    const spanId = text(headers['x-b3-spanid'])
    const decision = b3Decision(headers)
    if (b3TraceForm.test(traceId) && b3SpanForm.test(spanId)) return b3Caller(traceId, spanId, decision)
    return decision === undefined ? undefined : b3Caller(undefined, undefined, decision)
  },
  write({ traceId, spanId, isSampled, isDebug }) {
    const decision = isDebug ? ['x-b3-flags', '1'] : ['x-b3-sampled', isSampled ? '1' : '0']
    return ['x-b3-traceid', traceId, 'x-b3-spanid', spanId, ...decision]
  }
}

const jaegerForm = /^(?!0+:)([0-9a-f]{1,32}):(?!0+:)([0-9a-f]{1,16}):[0-9a-f]{1,16}:([0-9a-f]{1,2})$/i

/** https://www.jaegertracing.io/sdk-migration/#propagation-format; some clients write the colons as `%3A`. */
export const jaeger: TraceFormat = {
  names: ['uber-trace-id'],
  read(headers) {
    const value = headers['uber-trace-id']
    if (value === undefined) return undefined
    const [, traceId, spanId = '', flagDigits = ''] = jaegerForm.exec(text(value).replaceAll(/%3a/gi, ':')) ?? []
    if (traceId === undefined) return undefined
    const flags = parseInt(flagDigits, 16)
    return {
      traceId: traceId.toLowerCase().padStart(traceId.length > 16 ? 32 : 16, '0'),
      spanId: spanId.toLowerCase().padStart(16, '0'),
      isSampled: (flags & 1) === 1,
      isDebug: (flags & 3) === 3
    }
  },
  write({ traceId, spanId, isSampled, isDebug }) {
    return ['uber-trace-id', `${traceId}:${spanId}:0:${isDebug ? 3 : isSampled ? 1 : 0}`]
  }
}

/** https://opentelemetry.io/docs/specs/otel/context/api-propagators/#ot-trace-propagator */
export const ottrace: TraceFormat = {
  names: ['ot-tracer-traceid', 'ot-tracer-spanid', 'ot-tracer-sampled'],
  read(headers) {
    const traceId = text(headers['ot-tracer-traceid'])
    const spanId = text(headers['ot-tracer-spanid'])
    if (!b3TraceForm.test(traceId) || !b3SpanForm.test(spanId)) return undefined
    return b3Caller(traceId, spanId, b3Decisions.get(text(headers['ot-tracer-sampled']).toLowerCase()))
  },
  write({ traceId, spanId, isSampled }) {
    return ['ot-tracer-traceid', traceId, 'ot-tracer-spanid', spanId, 'ot-tracer-sampled', String(isSampled)]
  }
}
