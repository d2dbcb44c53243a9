import { fromBinary, toJson } from '@bufbuild/protobuf'
import { Int32ValueSchema, StringValueSchema } from '@bufbuild/protobuf/wkt'
import { ask, askFully, type TestRequest } from '@bookinfo/service-kit/testing'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { otlpRequest, startViewer } from './support/index.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const PROTOBUF = { 'content-type': 'application/x-protobuf' }
const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' }
const MIB = 1024 * 1024

const good = JSON.stringify(otlpRequest({ details: [{ id: 1 }] }))

/** A request with one span, which has these fields. */
function withSpan(own: object): string {
  const span = { traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0'), name: 'x', ...own }
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
}

function withAttribute(value: object): string {
  return withSpan({ attributes: [{ key: 'a', value }] })
}

function nested(levels: number): string {
  const value = '{"arrayValue":{"values":['.repeat(levels) + ']}}'.repeat(levels)
  return `{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":${value}}]}}]}`
}

/** Protobuf of arrays in arrays. */
function nestedProtobuf(levels: number): Buffer {
  let bytes = Buffer.alloc(0)
  const wrap = (field: number) => {
    const head = [field * 8 + 2]
    for (let length = bytes.length; ; length >>= 7) {
      if (length < 128) {
        head.push(length)
        break
      }
      head.push((length & 127) | 128)
    }
    bytes = Buffer.concat([Buffer.from(head), bytes])
  }
  for (let level = 0; level < levels; level += 1) for (const field of [1, 5]) wrap(field)
  for (const field of [2, 1, 1, 1]) wrap(field)
  return bytes
}

/** Protobuf of a span that has empty events alone. */
function emptyEvents(count: number): Buffer {
  const lengthOf = (bytes: Buffer) => [
    (bytes.length & 127) | 128,
    ((bytes.length >> 7) & 127) | 128,
    bytes.length >> 14
  ]
  const wrap = (field: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([field * 8 + 2, ...lengthOf(bytes)]), bytes])
  return [2, 2, 1].reduce((bytes, field) => wrap(field, bytes), Buffer.alloc(2 * count, 'Z\0'))
}

const malformed: [what: string, body: string | undefined, message: RegExp][] = [
  ['no body', undefined, /JSON/],
  ['text', 'hello', /JSON/],
  ['half of it', good.slice(0, 100), /JSON/],
  ['null', 'null', /object/],
  ['a list', '[]', /object/],
  ['a number', '7', /object/],
  ['resourceSpans that are no list', '{"resourceSpans":{}}', /resourceSpans.*array/],
  ['spans that are no list', '{"resourceSpans":[{"scopeSpans":[{"spans":7}]}]}', /spans.*array/],
  ['a span without ids', withSpan({ traceId: undefined }), /traceId/],
  ['a trace id of the wrong length', withSpan({ traceId: 'abc' }), /"abc" is not a trace id/],
  ['a trace id of zeros', withSpan({ traceId: '0'.repeat(32) }), /not a trace id/],
  ['a trace id that is no text', withSpan({ traceId: 7 }), /traceId/],
  ['a span id with other letters', withSpan({ spanId: 'zzzzzzzzzzzzzzzz' }), /not a span id/],
  ['a span id of zeros', withSpan({ spanId: '0'.repeat(16) }), /not a span id/],
  ['a parent id of the wrong length', withSpan({ parentSpanId: '12' }), /"12" is not a span id/],
  ['a link without ids', withSpan({ links: [{}] }), /links/],
  ['a time in words', withSpan({ startTimeUnixNano: 'noon' }), /startTimeUnixNano/],
  ['a time before 1970', withSpan({ startTimeUnixNano: -5 }), /startTimeUnixNano/],
  ['a name that is no text', withSpan({ name: 7 }), /name/],
  ['attributes that are a map', withSpan({ attributes: { a: 1 } }), /attributes.*array/],
  ['a value of the wrong kind', withAttribute({ boolValue: 'yes' }), /boolValue/],
  ['a fraction as an integer', withAttribute({ intValue: '1.5' }), /intValue/],
  ['values nested a thousand levels deep', nested(1_000), /nested too deeply/],
  ['values nested until the stack ends', nested(35_000), /nested too deeply/]
]

const form = 'application/x-www-form-urlencoded'
const refused: [what: string, status: number, question: TestRequest, message: RegExp][] = [
  ...malformed.map(([what, body, message]): [string, number, TestRequest, RegExp] => [
    what,
    400,
    { headers: JSON_TYPE, ...(body !== undefined && { body }) },
    message
  ]),
  ['no content type', 415, { body: good }, /send application\/json or application\/x-protobuf, not ""/],
  ['a form', 415, { headers: { 'content-type': form }, body: good }, /x-www-form-urlencoded/],
  ['JSON as text, as other sites may send it', 415, { headers: { 'content-type': 'text/plain' }, body: good }, /plain/],
  ['an unknown encoding', 415, { headers: { ...GZIP, 'content-encoding': 'br' }, body: good }, /gzip, not as "br"/],
  ['plain text that calls itself gzip', 400, { headers: GZIP, body: good }, /not gzip/],
  ['half a gzip', 400, { headers: GZIP, body: gzipSync(good).subarray(0, 60) }, /not gzip/],
  [
    'many empty events',
    413,
    { headers: GZIP, body: gzipSync(withSpan({ events: Array.from({ length: 250_000 }, () => ({})) })) },
    /more than 250000 spans, events and attributes/
  ],
  ['too much', 413, { headers: JSON_TYPE, body: Buffer.alloc(2 * MIB + 1, ' ') }, /larger than 2097152 bytes/],
  [
    'too much once unpacked',
    413,
    { headers: GZIP, body: gzipSync(Buffer.alloc(16 * MIB + 1, ' ')) },
    /unpacked request is larger than 16777216 bytes/
  ]
]

describe('as JSON', () => {
  it.for(refused)('refuses %s', async ([, status, question, message]) => {
    await using viewer = await startViewer()
    const answer = await ask(viewer.otlpOrigin, '/v1/traces', { method: 'POST', ...question })
    expect(answer).toEqual({
      status,
      type: 'application/json',
      body: { code: status === 413 ? 8 : 3, message: expect.stringMatching(message) }
    })
    expect(await viewer.read('/api/services')).toMatchObject({ body: { data: [] } })
  })
})

const shortSpanId = Buffer.from([10, 27, 18, 25, 18, 23, 10, 16, ...Array(16).fill(1), 18, 3, 1, 2, 3])
const refusedProtobuf: [what: string, status: number, body: Buffer, message: RegExp][] = [
  ['JSON', 400, Buffer.from(good), /./],
  ['a message that breaks off', 400, Buffer.from([10, 200]), /./],
  ['a field of the wrong wire type', 400, Buffer.from([13, 1, 2, 3, 4]), /./],
  ['a span id of three bytes', 400, shortSpanId, /not a span id/],
  ['many empty events', 413, emptyEvents(250_000), /more than 250000 spans, events and attributes/],
  ['arrays in arrays', 400, nestedProtobuf(2_000), /recursion depth/],
  ['too much', 413, Buffer.alloc(2 * MIB + 1), /larger than 2097152 bytes/]
]

describe('as protobuf', () => {
  it.for(refusedProtobuf)('refuses %s in the same encoding', async ([, status, body, message]) => {
    await using viewer = await startViewer()
    const answer = await askFully(viewer.otlpOrigin, '/v1/traces', { method: 'POST', headers: PROTOBUF, body })
    expect(answer).toMatchObject({ status, type: 'application/x-protobuf' })
    expect(readStatus(Buffer.from(String(answer.body)))).toEqual({
      code: status === 413 ? 8 : 3,
      message: expect.stringMatching(message)
    })
    expect(await viewer.read('/api/services')).toMatchObject({ body: { data: [] } })
  })

  it('takes an empty message', async () => {
    await using viewer = await startViewer()
    const empty = { method: 'POST', headers: PROTOBUF, body: Buffer.alloc(0) }
    const answer = await ask(viewer.otlpOrigin, '/v1/traces', empty)
    expect(answer).toEqual({ status: 200, type: 'application/x-protobuf', body: '' })
  })
})

/** google.rpc.Status by messages that have the same fields: an int32 in the first, a text in the second read as unknown. */
function readStatus(bytes: Buffer): object {
  const code = toJson(Int32ValueSchema, fromBinary(Int32ValueSchema, bytes))
  const text = bytes.subarray(bytes.indexOf(18))
  const message = toJson(StringValueSchema, fromBinary(StringValueSchema, Buffer.from([10, ...text.subarray(1)])))
  return { code, message }
}

it.for(['/v1/metrics', '/v1/logs'])('takes and ignores %s', async (path) => {
  await using viewer = await startViewer()
  const post = (headers: Record<string, string>, body: string) =>
    ask(viewer.otlpOrigin, path, { method: 'POST', headers, body })
  expect(await post(JSON_TYPE, '{"anything":1}')).toEqual({ status: 200, type: 'application/json', body: {} })
  expect(await post(PROTOBUF, 'x')).toEqual({ status: 200, type: 'application/x-protobuf', body: '' })
  expect(await post({ 'content-type': 'text/plain' }, 'x')).toMatchObject({ status: 415 })
})

it('says which methods and paths it has', async () => {
  await using viewer = await startViewer()
  expect(await askFully(viewer.otlpOrigin, '/v1/traces')).toMatchObject({
    status: 405,
    headers: { allow: 'OPTIONS, POST' }
  })
  expect(
    await ask(viewer.otlpOrigin, '/v1/profiles', { method: 'POST', headers: JSON_TYPE, body: '{}' })
  ).toMatchObject({ status: 404 })
})
