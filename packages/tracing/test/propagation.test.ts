import { describe, expect, test } from 'vitest'
import { CALLER, callFor, multi, OTHER, single, SHORT, TRACE, traceparent, type Headers } from './support/call-for.ts'

const PADDED = SHORT.padStart(32, '0')
const decimal = (hex: string) => BigInt(`0x${hex}`).toString()
const xray = (trace: string, span: string, decision = '1') =>
  `Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${span};Sampled=${decision}`
const grpc = (trace: string, span: string) => Buffer.from(`0000${trace}01${span}0201`, 'hex').toString('base64')

const writtenMulti = (trace: string, span: string): Headers => ({
  'x-b3-traceid': trace,
  'x-b3-spanid': span,
  'x-b3-sampled': '1'
})

/** Formats in which a call gets the headers of its caller, with the span of the call. */
const formats: [what: string, write: (trace: string, span: string) => Headers][] = [
  ['B3 in one header', (trace, span) => ({ b3: `${trace}-${span}-1` })],
  [
    'Datadog',
    (trace, span) => ({
      'x-datadog-trace-id': decimal(trace.slice(16)),
      'x-datadog-parent-id': decimal(span),
      'x-datadog-sampling-priority': '2',
      'x-datadog-tags': `_dd.p.tid=${trace.slice(0, 16)},_dd.p.dm=-4`
    })
  ],
  ['Jaeger', (trace, span) => ({ 'uber-trace-id': `${trace}:${span}:0:1` })],
  ['Google Cloud', (trace, span) => ({ 'x-cloud-trace-context': `${trace}/${decimal(span)};o=1` })],
  ['grpc-trace-bin', (trace, span) => ({ 'grpc-trace-bin': grpc(trace, span) })],
  ['X-Ray', (trace, span) => ({ 'x-amzn-trace-id': xray(trace, span) })],
  ['Sentry', (trace, span) => ({ 'sentry-trace': `${trace}-${span}-1` })],
  ['Elastic', (trace, span) => ({ 'elastic-apm-traceparent': `00-${trace}-${span}-01` })],
  [
    'OpenTracing',
    (trace, span) => ({ 'ot-tracer-traceid': trace, 'ot-tracer-spanid': span, 'ot-tracer-sampled': 'true' })
  ]
]

/** The headers of a caller, the trace that continues, and the headers of a call, by its span. */
const callers: [what: string, sent: Headers, trace: string, written: (span: string) => Headers][] = [
  ['W3C', { traceparent }, OTHER, () => ({})],
  ...formats.map(([what, write]): (typeof callers)[number] => [
    what,
    write(TRACE, CALLER),
    TRACE,
    (span) => write(TRACE, span)
  ]),
  ['B3 in many headers', multi, TRACE, (span) => writtenMulti(TRACE, span)],
  ['B3 with 64 bits', { ...multi, 'x-b3-traceid': SHORT }, PADDED, (span) => writtenMulti(PADDED, span)],
  [
    'Datadog with 64 bits',
    { 'x-datadog-trace-id': decimal(SHORT), 'x-datadog-parent-id': decimal(CALLER) },
    PADDED,
    (span) => ({
      'x-datadog-trace-id': decimal(SHORT),
      'x-datadog-parent-id': decimal(span),
      'x-datadog-sampling-priority': '1'
    })
  ],
  [
    'W3C beside stale headers of others, which are written anew',
    { traceparent, ...single, ...multi, 'uber-trace-id': `${TRACE}:${CALLER}:0:1` },
    OTHER,
    (span) => ({ b3: `${OTHER}-${span}-1`, ...writtenMulti(OTHER, span), 'uber-trace-id': `${OTHER}:${span}:0:1` })
  ],
  [
    'B3 beside a traceparent that is invalid',
    { traceparent: `00-${'0'.repeat(32)}-${CALLER}-01`, tracestate: 'a=1', ...single },
    TRACE,
    (span) => ({ b3: `${TRACE}-${span}-1` })
  ]
]

test.each(callers)(
  '%s: the call continues the trace of the caller, in every header',
  (_what, headers, trace, written) => {
    const { sent, names, client, server, request } = callFor(headers)
    const span = client?.spanContext().spanId ?? 'no span'
    expect(server?.parentSpanContext).toMatchObject({ traceId: trace, spanId: CALLER, isRemote: true })
    expect(client?.parentSpanContext?.spanId).toBe(server?.spanContext().spanId)
    expect(sent).toEqual({ traceparent: `00-${trace}-${span}-01`, ...written(span) })
    expect(names.length).toBe(new Set(names).size)
    expect(request.logIds).toEqual({ trace_id: trace, span_id: server?.spanContext().spanId })
    expect(request.traceresponse).toBe(`00-${trace}-${server?.spanContext().spanId}-01`)
  }
)

const begun: Record<string, Headers> = {
  'no caller': {},
  'an invalid traceparent': { traceparent: '00-nothex-zz-01', tracestate: 'a=1' },
  'SkyWalking, whose ids fit into no other format': { sw8: '1-YQ==-Yg==-3-YQ==-Yg==-YQ==-Yg==', 'sw8-x': '0' },
  'Lightstep, New Relic and Dynatrace, which only their own tools can read': {
    'x-ot-span-context': 'fe10;12',
    newrelic: 'eyJ2IjpbMCwxXX0=',
    'x-dynatrace': 'FW4;1;2;3'
  }
}

test.each(Object.entries(begun))('%s: a new trace begins', (_what, headers) => {
  const { sent, client, server } = callFor(headers)
  const { traceId, spanId } = client?.spanContext() ?? {}
  expect(server?.parentSpanContext).toBeUndefined()
  expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
  expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
  expect(sent).toEqual({ traceparent: `00-${traceId}-${spanId}-01` })
})

test('an X-Ray header may name a trace without a span', () => {
  const { sent, server } = callFor({ 'x-amzn-trace-id': xray(TRACE, '').replace(/;.*/, '') })
  expect(server?.parentSpanContext).toBeUndefined()
  expect(server?.spanContext().traceId).toBe(TRACE)
  expect(sent['x-amzn-trace-id']).toContain(`Root=1-${TRACE.slice(0, 8)}-`)
})

test('headers without trace context are forwarded unchanged', () => {
  const others = {
    'x-request-id': 'r',
    baggage: 'a=1',
    'uberctx-shop': 'b',
    'x-datadog-origin': 'rum',
    'sw8-correlation': 'c'
  }
  expect(callFor({ ...others, traceparent }).sent).toMatchObject(others)
})

describe('OTEL_PROPAGATORS', () => {
  const settings: [names: string, sent: Headers, trace: string, arrives: (span: string) => Headers][] = [
    ['b3', single, TRACE, (span) => ({ b3: `${TRACE}-${span}-1` })],
    ['b3', multi, TRACE, (span) => ({ b3: `${TRACE}-${span}-1`, ...writtenMulti(TRACE, span) })],
    ['b3multi', single, TRACE, (span) => ({ b3: `${TRACE}-${span}-1`, ...writtenMulti(TRACE, span) })],
    ['b3multi', multi, TRACE, (span) => writtenMulti(TRACE, span)],
    [
      'b3',
      { traceparent, ...single },
      TRACE,
      (span) => ({ b3: `${TRACE}-${span}-1`, traceparent: `00-${TRACE}-${span}-01` })
    ],
    [
      'tracecontext,b3multi',
      { traceparent, ...single },
      OTHER,
      (span) => ({
        traceparent: `00-${OTHER}-${span}-01`,
        ...writtenMulti(OTHER, span),
        b3: `${OTHER}-${span}-1`
      })
    ],
    [
      'tracecontext,baggage,xray,jaeger,ottrace',
      { traceparent },
      OTHER,
      (span) => ({
        traceparent: `00-${OTHER}-${span}-01`,
        'x-amzn-trace-id': xray(OTHER, span),
        'uber-trace-id': `${OTHER}:${span}:0:1`,
        'ot-tracer-traceid': OTHER,
        'ot-tracer-spanid': span,
        'ot-tracer-sampled': 'true'
      })
    ]
  ]
  test.each(settings)('%s with %o', (names, headers, trace, arrives) => {
    const { sent, client, server } = callFor(headers, names.split(','))
    expect(server?.parentSpanContext).toMatchObject({ traceId: trace, spanId: CALLER })
    expect(sent).toEqual(arrives(client?.spanContext().spanId ?? 'no span'))
  })

  test('with none, trace headers are neither read nor written, but forwarded', () => {
    const { sent, server } = callFor({ traceparent, ...multi }, ['none'])
    expect(server?.parentSpanContext).toBeUndefined()
    expect(sent).toEqual({ traceparent, ...multi })
  })
})
