import { text, type CallContext, type Caller, type TraceFormat } from '../caller.ts'

const TRACE = '(?!0{32})[0-9a-f]{32}'
const SPAN = '(?!0{16})[0-9a-f]{16}'

/** Version 00 ends after the flags. A later version may go on after a dash; two headers arrive joined by a comma. */
const traceparentForm = new RegExp(`^(?!ff)([0-9a-f]{2})-(${TRACE})-(${SPAN})-([0-9a-f]{2})(-[^,]*)?$`)

function readTraceparent(value: string): Caller | undefined {
  const [, version, traceId, spanId, flagDigits = '', rest] = traceparentForm.exec(value) ?? []
  if (traceId === undefined || (version === '00' && rest !== undefined)) return undefined
  const flags = parseInt(flagDigits, 16)
  return { traceId, spanId, isSampled: (flags & 1) === 1, isRandom: (flags & 2) === 2 }
}

function writeTraceparent({ traceId, spanId, isSampled, isRandom }: CallContext): string {
  return `00-${traceId}-${spanId}-0${(isSampled ? 1 : 0) + (isRandom ? 2 : 0)}`
}

/** https://www.w3.org/TR/trace-context-2/ */
export const tracecontext: TraceFormat = {
  names: ['traceparent', 'tracestate'],
  read({ traceparent, tracestate }) {
    const caller = readTraceparent(text(traceparent))
    return caller && { ...caller, tracestate: text(tracestate) }
  },
  write(call) {
    const traceparent = writeTraceparent(call)
    return call.tracestate === ''
      ? ['traceparent', traceparent]
      : ['traceparent', traceparent, 'tracestate', call.tracestate]
  }
}

/** Elastic's agents send it beside `traceparent`. */
export const elastic: TraceFormat = {
  names: ['elastic-apm-traceparent'],
  read: (headers) => readTraceparent(text(headers['elastic-apm-traceparent'])),
  write: (call) => ['elastic-apm-traceparent', writeTraceparent(call)]
}

const sentryForm = new RegExp(`^(${TRACE})-(${SPAN})(?:-([01]))?$`)

/** https://develop.sentry.dev/sdk/telemetry/traces/#header-sentry-trace */
export const sentry: TraceFormat = {
  names: ['sentry-trace'],
  read(headers) {
    const [, traceId, spanId, decision] = sentryForm.exec(text(headers['sentry-trace'])) ?? []
    if (traceId === undefined) return undefined
    return { traceId, spanId, isSampled: decision === undefined ? undefined : decision === '1' }
  },
  write({ traceId, spanId, isSampled }) {
    return ['sentry-trace', `${traceId}-${spanId}-${isSampled ? 1 : 0}`]
  }
}
