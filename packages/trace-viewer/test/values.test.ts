import { expect, it } from 'vitest'
import { ask } from '@bookinfo/service-kit/testing'
import type { AnyValue } from '../src/otlp/schema.ts'
import { otlpRequest, spanId, startViewer, traceId } from './support/index.ts'

const values: [name: string, value: AnyValue | undefined, type: string, shown: unknown][] = [
  ['text', { stringValue: 'x' }, 'string', 'x'],
  ['an empty text', { stringValue: '' }, 'string', ''],
  ['a boolean', { boolValue: false }, 'bool', false],
  ['a whole number as text', { intValue: '200' }, 'int64', 200],
  ['a whole number as a number', { intValue: 200 }, 'int64', 200],
  ['a whole number that a double cannot hold', { intValue: '9223372036854775807' }, 'int64', '9223372036854775807'],
  ['a double', { doubleValue: 1.5 }, 'float64', 1.5],
  ['no number', { doubleValue: 'NaN' }, 'float64', 'NaN'],
  ['bytes', { bytesValue: 'AAEC/w==' }, 'binary', 'AAEC/w=='],
  ['a list', { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'b' }, {}] } }, 'string', '[1,"b",null]'],
  ['an empty list', { arrayValue: {} }, 'string', '[]'],
  [
    'a map',
    { kvlistValue: { values: [{ key: 'a', value: { arrayValue: { values: [{ boolValue: true }] } } }, { key: 'b' }] } },
    'string',
    '{"a":[true],"b":null}'
  ],
  ['nothing', {}, 'string', ''],
  ['no value', undefined, 'string', '']
]

it.for(values)('keeps an attribute that is %s', async ([, value, type, shown]) => {
  await using viewer = await startViewer()
  const request = otlpRequest({ details: [{ id: 1 }] })
  const span = request.resourceSpans?.[0]?.scopeSpans?.[0]?.spans?.[0]
  span?.attributes?.push({ key: 'it', ...(value !== undefined && { value }) })
  await viewer.send(request)
  const { body } = await viewer.read(`/api/traces/${traceId(1)}`)
  expect(body).toMatchObject({
    data: [{ spans: [{ tags: expect.arrayContaining([{ key: 'it', type, value: shown }]) }] }]
  })
})

const spans: [what: string, sent: object, shown: object][] = [
  ['enums by name', { kind: 'SPAN_KIND_CLIENT', status: { code: 'STATUS_CODE_OK' } }, { operationName: 'span 1' }],
  ['ids in capitals', { traceId: traceId(1).toUpperCase(), spanId: spanId(1).toUpperCase() }, { spanID: spanId(1) }],
  [
    'times as numbers',
    { startTimeUnixNano: 1_000_000, endTimeUnixNano: 3_000_000 },
    { startTime: 1000, duration: 2000 }
  ],
  ['no times', { startTimeUnixNano: undefined, endTimeUnixNano: undefined }, { startTime: 0, duration: 0 }],
  [
    'an end before the start',
    { startTimeUnixNano: '5000', endTimeUnixNano: '4000' },
    { duration: 0, warnings: ['it ends before it starts'] }
  ],
  ['no name', { name: undefined }, { operationName: '(no name)' }],
  ['a parent of zeros', { parentSpanId: '0000000000000000' }, { references: [] }],
  ['an empty parent', { parentSpanId: '' }, { references: [] }],
  [
    'nulls',
    { parentSpanId: null, attributes: null, status: null, events: null, links: null },
    { references: [], logs: [] }
  ],
  ['dropped attributes', { droppedAttributesCount: 3 }, { warnings: ['its sender dropped 3 attributes'] }],
  ['fields that nobody knows', { flags: 257, somethingNew: { a: 1 } }, { operationName: 'span 1' }]
]

it.for(spans)('takes a span with %s', async ([, sent, shown]) => {
  await using viewer = await startViewer()
  const [resource] = otlpRequest({ details: [{ id: 1 }] }).resourceSpans ?? []
  const span = { ...resource?.scopeSpans?.[0]?.spans?.[0], ...sent }
  const body = JSON.stringify({ resourceSpans: [{ ...resource, scopeSpans: [{ spans: [span] }] }] })
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  expect(await ask(viewer.otlpOrigin, '/v1/traces', { method: 'POST', headers, body })).toMatchObject({ status: 200 })
  expect(await viewer.read(`/api/traces/${traceId(1)}`)).toMatchObject({ body: { data: [{ spans: [shown] }] } })
})

it('calls a process without a name what OpenTelemetry calls it', async () => {
  await using viewer = await startViewer()
  const [resource] = otlpRequest({ details: [{ id: 1 }] }).resourceSpans ?? []
  await viewer.send({ resourceSpans: [{ ...resource, resource: {} }] })
  expect(await viewer.read('/api/services')).toMatchObject({ body: { data: ['unknown_service'] } })
})
