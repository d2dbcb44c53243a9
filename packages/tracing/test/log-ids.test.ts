import type { IncomingHttpHeaders } from 'node:http'
import { expect, test } from 'vitest'
import { logIds, readCaller, type LogIds } from '../src/index.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'
const short = '463ac35c9f6413ad'
const ids = { trace_id: trace, span_id: span }
const traceparent = `00-${trace}-${span}-01`

const cases: [what: string, headers: IncomingHttpHeaders, ids: LogIds][] = [
  ['nothing', {}, {}],
  ['traceparent', { traceparent }, ids],
  ['traceparent of a later version, which may be longer', { traceparent: `cc-${trace}-${span}-01-more` }, ids],
  ['traceparent before B3', { traceparent, 'x-b3-traceid': short, 'x-b3-spanid': short }, ids],
  ['B3 headers', { 'x-b3-traceid': trace, 'x-b3-spanid': span }, ids],
  ['B3 headers with 64 bits', { 'x-b3-traceid': short, 'x-b3-spanid': span }, { trace_id: short, span_id: span }],
  ['B3 headers in upper case', { 'x-b3-traceid': trace.toUpperCase(), 'x-b3-spanid': span.toUpperCase() }, ids],
  ['B3 headers without a span', { 'x-b3-traceid': trace }, {}],
  ['b3', { b3: `${trace}-${span}-1-05e3ac9a4f6e3b90` }, ids],
  ['b3 without a decision', { b3: `${trace}-${span}` }, ids],
  ['b3 that only says not to sample', { b3: '0' }, {}],
  [
    'a broken traceparent beside good B3 headers',
    { traceparent: 'x', 'x-b3-traceid': trace, 'x-b3-spanid': span },
    ids
  ],
  ['broken B3 headers beside a good b3', { 'x-b3-traceid': 'x', 'x-b3-spanid': 'y', b3: `${trace}-${span}-1` }, ids],
  ['traceparent in upper case, which the specification forbids', { traceparent: traceparent.toUpperCase() }, {}],
  ['text that would forge a log line', { traceparent: '"},{"a":"', b3: 'x\ny' }, {}]
]

test.each(cases)('reads the ids of %s', (_what, headers, expected) => {
  expect(logIds(headers)).toEqual(expected)
})

const b3 = { 'x-b3-traceid': trace, 'x-b3-spanid': span }
const recorded: [what: string, headers: IncomingHttpHeaders, ids: LogIds | undefined][] = [
  ['traceparent that is sampled', { traceparent }, ids],
  ['traceparent with more flags', { traceparent: `00-${trace}-${span}-03` }, ids],
  ['traceparent that is not', { traceparent: `00-${trace}-${span}-02` }, undefined],
  ['B3 headers that are sampled', { ...b3, 'x-b3-sampled': '1' }, ids],
  ['B3 headers in the old way', { ...b3, 'x-b3-sampled': 'true' }, ids],
  ['B3 headers for debugging', { ...b3, 'x-b3-flags': '1' }, ids],
  ['B3 headers that are not sampled', { ...b3, 'x-b3-sampled': '0' }, undefined],
  ['B3 headers that leave it open', b3, undefined],
  ['b3 that is sampled', { b3: `${trace}-${span}-1` }, ids],
  ['b3 for debugging', { b3: `${trace}-${span}-d-05e3ac9a4f6e3b90` }, ids],
  ['b3 that is not sampled', { b3: `${trace}-${span}-0` }, undefined],
  ['b3 that leaves it open', { b3: `${trace}-${span}` }, undefined],
  ['traceparent that is not sampled, beside b3 that is', { traceparent: `00-${trace}-${span}-00`, b3: '1' }, undefined],
  ['nothing', {}, undefined]
]

test.each(recorded)('takes for recorded or not: %s', (_what, headers, expected) => {
  const caller = readCaller(headers)
  expect(caller?.isRecorded ? caller.ids : undefined).toEqual(expected)
})
