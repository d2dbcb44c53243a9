import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { forwardTracing, logIds, type LogIds } from '../src/index.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'
const short = '463ac35c9f6413ad'
const ids = { trace_id: trace, span_id: span }
const shortIds = { trace_id: short, span_id: span }
const zeros = '0'.repeat(32)
const traceparent = `00-${trace}-${span}-01`
const b3multi = { 'x-b3-traceid': trace, 'x-b3-spanid': span }
const datadog = {
  'x-datadog-trace-id': BigInt(`0x${short}`).toString(),
  'x-datadog-parent-id': BigInt(`0x${span}`).toString()
}
const google = `${trace}/${BigInt(`0x${span}`)}`
const xrayRoot = `Root=1-${trace.slice(0, 8)}-${trace.slice(8)}`
const grpc = (options: string, id = trace) => Buffer.from(`0000${id}01${span}02${options}`, 'hex').toString('base64')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const sw8 = (id: string) => ({ sw8: `1-${base64(id)}-${base64('segment')}-3-${base64('s')}-${base64('i')}-YQ==-Yg==` })

const cases: [what: string, headers: IncomingHttpHeaders, ids: LogIds][] = [
  ['nothing', {}, {}],
  ['traceparent', { traceparent }, ids],
  ['traceparent of a later version', { traceparent: `01-${trace}-${span}-01` }, ids],
  ['traceparent of a later version, which may be longer', { traceparent: `fe-${trace}-${span}-01-more` }, ids],
  ['traceparent before B3', { traceparent, 'x-b3-traceid': short, 'x-b3-spanid': short }, ids],
  ['B3 headers', b3multi, ids],
  ['B3 headers with 64 bits', { 'x-b3-traceid': short, 'x-b3-spanid': span }, shortIds],
  ['B3 headers in upper case', { 'x-b3-traceid': trace.toUpperCase(), 'x-b3-spanid': span.toUpperCase() }, ids],
  ['B3 headers without a span', { 'x-b3-traceid': trace }, {}],
  ['B3 headers with a trace of zeros', { ...b3multi, 'x-b3-traceid': zeros }, {}],
  ['B3 headers with a span of zeros', { ...b3multi, 'x-b3-spanid': zeros.slice(16) }, {}],
  ['B3 headers that came twice', { ...b3multi, 'x-b3-traceid': `${trace}, ${trace}` }, {}],
  ['b3', { b3: `${trace}-${span}-1-05e3ac9a4f6e3b90` }, ids],
  ['b3 without a decision', { b3: `${trace}-${span}` }, ids],
  ['b3 with zeros', { b3: `${zeros}-${span}-1` }, {}],
  ['b3 with more behind it', { b3: `${trace}-${span}-1-05e3ac9a4f6e3b90-x` }, {}],
  ['b3 that came twice', { b3: `${trace}-${span}-1, ${trace}-${span}-1` }, {}],
  ['b3 that only says not to sample', { b3: '0' }, {}],
  ['b3 that only says not to sample, beside B3 headers', { b3: '0', ...b3multi }, ids],
  ['broken B3 headers beside a good b3', { 'x-b3-traceid': 'x', 'x-b3-spanid': 'y', b3: `${trace}-${span}-1` }, ids],
  ['Datadog', datadog, shortIds],
  [
    'Datadog with 128 bits',
    { ...datadog, 'x-datadog-tags': `_dd.p.dm=-1,_dd.p.tid=${trace.slice(0, 16)}` },
    { trace_id: trace.slice(0, 16) + short, span_id: span }
  ],
  ['Datadog without a span', { ...datadog, 'x-datadog-parent-id': '0' }, { trace_id: short }],
  ['Datadog with a trace of 0', { ...datadog, 'x-datadog-trace-id': '0' }, {}],
  ['Datadog with more than 64 bits', { ...datadog, 'x-datadog-trace-id': '18446744073709551616' }, {}],
  ['Jaeger', { 'uber-trace-id': `${trace}:${span}:0:1` }, ids],
  [
    'Jaeger without leading zeros',
    { 'uber-trace-id': 'abc:1:0:1' },
    { trace_id: 'abc'.padStart(16, '0'), span_id: '1'.padStart(16, '0') }
  ],
  ['Jaeger with encoded colons', { 'uber-trace-id': `${trace}%3A${span}%3a0%3A1` }, ids],
  ['Jaeger with zeros', { 'uber-trace-id': `0:${span}:0:1` }, {}],
  ['Google Cloud', { 'x-cloud-trace-context': `${google};o=1` }, ids],
  ['Google Cloud without a span', { 'x-cloud-trace-context': `${trace};o=1` }, { trace_id: trace }],
  ['Google Cloud with zeros', { 'x-cloud-trace-context': `${zeros}/1;o=1` }, {}],
  ['grpc-trace-bin', { 'grpc-trace-bin': grpc('01') }, ids],
  ['grpc-trace-bin with zeros', { 'grpc-trace-bin': grpc('01', zeros) }, {}],
  ['grpc-trace-bin that is too short', { 'grpc-trace-bin': grpc('') }, {}],
  ['X-Ray', { 'x-amzn-trace-id': `${xrayRoot};Parent=${span};Sampled=1` }, ids],
  ['X-Ray behind a load balancer', { 'x-amzn-trace-id': `Self=1-0-1; ${xrayRoot}` }, { trace_id: trace }],
  ['X-Ray that came twice', { 'x-amzn-trace-id': `${xrayRoot};Parent=${span}, ${xrayRoot}` }, {}],
  ['X-Ray with zeros', { 'x-amzn-trace-id': `Root=1-00000000-${zeros.slice(8)};Parent=${span}` }, {}],
  ['Sentry', { 'sentry-trace': `${trace}-${span}-1` }, ids],
  ['Sentry without a decision', { 'sentry-trace': `${trace}-${span}` }, ids],
  ['Elastic', { 'elastic-apm-traceparent': traceparent }, ids],
  ['OpenTracing', { 'ot-tracer-traceid': short, 'ot-tracer-spanid': span, 'ot-tracer-sampled': 'true' }, shortIds],
  ['SkyWalking', sw8('a4ec.74.162'), { trace_id: 'a4ec.74.162' }],
  ['SkyWalking with text that would forge a link', sw8('../../x'), {}],
  ['SkyWalking that is broken', { sw8: '1-?-?-3' }, {}],
  ['text that would forge a log line', { traceparent: '"},{"a":"', b3: 'x\ny' }, {}]
]

test.each(cases)('reads the ids of %s', (_what, headers, expected) => {
  expect(logIds(headers)).toEqual(expected)
})

const invalid: Record<string, string> = {
  'a trace of zeros': `00-${zeros}-${span}-01`,
  'a span of zeros': `00-${trace}-${zeros.slice(16)}-01`,
  'version ff': `ff-${trace}-${span}-01`,
  'two values': `${traceparent}, ${traceparent}`,
  'two values of a later version': `01-${trace}-${span}-01-x, 01-${trace}-${span}-01`,
  'upper case': traceparent.toUpperCase(),
  'a short trace id': `00-${short}-${span}-01`,
  'a short span id': `00-${trace}-${span.slice(1)}-01`,
  'no flags': `00-${trace}-${span}`,
  'one digit of flags': `00-${trace}-${span}-1`,
  'a field too many for version 00': `${traceparent}-more`,
  'a dash too many for version 00': `${traceparent}-`,
  'a later version without a dash before more': `01-${trace}-${span}-01more`,
  'space within': `00-${trace} -${span}-01`,
  'no text': ''
}

test.each(Object.entries(invalid))('a traceparent with %s is as good as none', (_what, value) => {
  const others = { 'x-b3-traceid': short, 'x-b3-spanid': span, 'x-b3-sampled': '1' }
  expect(logIds({ traceparent: value })).toEqual({})
  expect(exemplar({ traceparent: value })).toBeUndefined()
  expect(logIds({ traceparent: value, ...others })).toEqual(shortIds)
  expect(exemplar({ traceparent: value, ...others })).toEqual(shortIds)
})

const recorded: [what: string, headers: IncomingHttpHeaders, isRecorded: boolean][] = [
  ['traceparent that is sampled', { traceparent }, true],
  ['traceparent with more flags', { traceparent: `00-${trace}-${span}-03` }, true],
  ['traceparent that is not', { traceparent: `00-${trace}-${span}-02` }, false],
  ['B3 headers that are sampled', { ...b3multi, 'x-b3-sampled': '1' }, true],
  ['B3 headers of older senders', { ...b3multi, 'x-b3-sampled': 'true' }, true],
  ['B3 headers for debugging', { ...b3multi, 'x-b3-flags': '1' }, true],
  ['B3 headers that are not sampled', { ...b3multi, 'x-b3-sampled': '0' }, false],
  ['B3 headers that leave it open', b3multi, false],
  ['B3 headers, with a decision in b3', { ...b3multi, b3: '0', 'x-b3-sampled': '1' }, false],
  ['b3 that is sampled', { b3: `${trace}-${span}-1` }, true],
  ['b3 for debugging', { b3: `${trace}-${span}-d-05e3ac9a4f6e3b90` }, true],
  ['b3 that is not sampled', { b3: `${trace}-${span}-0` }, false],
  ['b3 that leaves it open', { b3: `${trace}-${span}` }, false],
  ['traceparent that is not sampled, beside b3 that is', { traceparent: `00-${trace}-${span}-00`, b3: '1' }, false],
  ['Datadog that is kept', { ...datadog, 'x-datadog-sampling-priority': '2' }, true],
  ['Datadog that is dropped', { ...datadog, 'x-datadog-sampling-priority': '-1' }, false],
  ['Jaeger that is not sampled', { 'uber-trace-id': `${trace}:${span}:0:0` }, false],
  ['Google Cloud that is not sampled', { 'x-cloud-trace-context': `${google};o=0` }, false],
  ['Google Cloud that names no span', { 'x-cloud-trace-context': `${trace};o=1` }, false],
  ['grpc-trace-bin that is not sampled', { 'grpc-trace-bin': grpc('00') }, false],
  ['X-Ray that leaves it open', { 'x-amzn-trace-id': `${xrayRoot};Parent=${span};Sampled=?` }, false],
  ['Sentry that is not sampled', { 'sentry-trace': `${trace}-${span}-0` }, false],
  ['SkyWalking, whose ids are too long for an exemplar', sw8('a4ec.74.162'), false],
  ['nothing', {}, false]
]

test.each(recorded)('an exemplar needs a recorded trace: %s', (_what, headers, isRecorded) => {
  expect(exemplar(headers)).toEqual(isRecorded ? { ...logIds(headers) } : undefined)
})

function exemplar(headers: IncomingHttpHeaders) {
  const request = { method: 'GET', route: '/', headers, rawHeaders: [], onCallEnd: () => undefined }
  return forwardTracing.startRequest(request).exemplar
}
