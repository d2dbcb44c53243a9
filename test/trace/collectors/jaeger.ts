import type { ReceivedSpan, Values } from './received-span.ts'
import { readThrift, type Struct, type ThriftValue } from './thrift.ts'

// The field numbers are from Jaeger's definitions:
// https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift and agent.thrift

/** Reads the body of a POST to `/api/traces`: one batch. */
export function readBatch(bytes: Buffer): ReceivedSpan[] {
  const reader = readThrift(bytes)
  const spans = spansOf(reader.struct())
  if (!reader.atEnd()) throw new TypeError('there is more than one batch')
  return spans
}

/** Reads a datagram to Jaeger's agent: a call of `emitBatch`. */
export function readDatagram(bytes: Buffer): ReceivedSpan[] {
  const reader = readThrift(bytes)
  const method = reader.message()
  if (method !== 'emitBatch') throw new TypeError(`an agent has no method ${method}`)
  const spans = spansOf(asStruct(reader.struct().get(1)))
  if (!reader.atEnd()) throw new TypeError('there is more than one call')
  return spans
}

function spansOf(batch: Struct): ReceivedSpan[] {
  const process = asStruct(batch.get(1))
  const service = asText(process.get(1))
  return asList(batch.get(2)).map((item) => readSpan(asStruct(item), service))
}

function readSpan(span: Struct, service: string): ReceivedSpan {
  const tags = readTags(span.get(10))
  const parentId = asId(span.get(4))
  return {
    traceId: asId(span.get(2)) + asId(span.get(1)),
    spanId: asId(span.get(3)),
    parentId: /^0+$/.test(parentId) ? undefined : parentId,
    name: asText(span.get(5)),
    kind: textOf(tags['span.kind'], 'internal'),
    status: textOf(tags['otel.status_code'], 'unset').toLowerCase(),
    service,
    startUs: Number(asLong(span.get(8))),
    durationUs: Number(asLong(span.get(9))),
    // The exporter writes both as tags.
    attributes: tags,
    resource: tags
  }
}

/** The fields with the value, in the order of `TagType`. */
const valueFields = [3, 4, 5, 6, 7]

function readTags(list: ThriftValue | undefined): Values {
  const tags = asList(list).map((item): [string, unknown] => {
    const tag = asStruct(item)
    const value = tag.get(valueFields[Number(tag.get(2))] ?? 0)
    return [
      asText(tag.get(1)),
      Buffer.isBuffer(value) ? value.toString() : typeof value === 'bigint' ? Number(value) : value
    ]
  })
  return Object.fromEntries(tags)
}

function textOf(tag: unknown, absent: string): string {
  return typeof tag === 'string' ? tag : absent
}

function asStruct(value: ThriftValue | undefined): Struct {
  if (value instanceof Map) return value
  throw new TypeError('a struct is missing')
}

function asList(value: ThriftValue | undefined): readonly ThriftValue[] {
  if (Array.isArray(value)) return value
  throw new TypeError('a list is missing')
}

function asText(value: ThriftValue | undefined): string {
  if (Buffer.isBuffer(value)) return value.toString()
  throw new TypeError('a text is missing')
}

function asLong(value: ThriftValue | undefined): bigint {
  if (typeof value === 'bigint') return value
  throw new TypeError('a number is missing')
}

/** 64 bits of an id as 16 hexadecimal digits. */
function asId(value: ThriftValue | undefined): string {
  return BigInt.asUintN(64, asLong(value)).toString(16).padStart(16, '0')
}
