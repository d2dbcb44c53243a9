import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type JsonValue
} from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'

/** A field's number and type as the wire has them; `[]` marks a repeated one. */
type Field = readonly [number: number, type: string]

// The numbers of OTLP's .proto files, which never change. The names are those of the JSON; enums travel as int32, so that
// theirs are not needed.
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
const messages: Record<string, Record<string, Field>> = {
  ExportTraceServiceRequest: { resourceSpans: [1, 'ResourceSpans[]'] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans[]'] },
  Resource: { attributes: [1, 'KeyValue[]'] },
  ScopeSpans: { scope: [1, 'InstrumentationScope'], spans: [2, 'Span[]'] },
  InstrumentationScope: { name: [1, 'string'], version: [2, 'string'], attributes: [3, 'KeyValue[]'] },
  Span: {
    traceId: [1, 'bytes'],
    spanId: [2, 'bytes'],
    traceState: [3, 'string'],
    parentSpanId: [4, 'bytes'],
    name: [5, 'string'],
    kind: [6, 'int32'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue[]'],
    droppedAttributesCount: [10, 'uint32'],
    events: [11, 'Event[]'],
    droppedEventsCount: [12, 'uint32'],
    links: [13, 'Link[]'],
    droppedLinksCount: [14, 'uint32'],
    status: [15, 'SpanStatus']
  },
  Event: { timeUnixNano: [1, 'fixed64'], name: [2, 'string'], attributes: [3, 'KeyValue[]'] },
  Link: { traceId: [1, 'bytes'], spanId: [2, 'bytes'], attributes: [4, 'KeyValue[]'] },
  SpanStatus: { message: [2, 'string'], code: [3, 'int32'] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'bytes']
  },
  ArrayValue: { values: [1, 'AnyValue[]'] },
  KeyValueList: { values: [1, 'KeyValue[]'] },
  /** google.rpc.Status, the body of every refusal. */
  Status: { code: [1, 'int32'], message: [2, 'string'] }
}

const PACKAGE = 'otlp'
const types = createTypes()

/** Counts the messages inside a request without making objects of them: an empty one takes two bytes here, and a hundred there. */
export function countMessages(bytes: Uint8Array, type = 'ExportTraceServiceRequest'): number {
  const reader = new BinaryReader(bytes)
  const fieldTypes = new Map(
    Object.values(messages[type] ?? {}).map(([number, written]) => [number, written.replace('[]', '')])
  )
  let count = 0
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const inner = fieldTypes.get(number) ?? ''
    if (inner in messages && wireType === WireType.LengthDelimited) count += 1 + countMessages(reader.bytes(), inner)
    else reader.skip(wireType, number)
  }
  return count
}

/**
 * Decodes a message of the protocol's trace part.
 *
 * @returns what its JSON encoding would say, but with ids in base64
 * @throws if the bytes are no such message
 */
export function decodeTraceRequest(bytes: Uint8Array): JsonValue {
  const type = messageType('ExportTraceServiceRequest')
  return toJson(type, fromBinary(type, bytes, { readUnknownFields: false }))
}

export function encodeStatus(status: { code: number; message: string }): Uint8Array {
  const type = messageType('Status')
  return toBinary(type, fromJson(type, status))
}

function messageType(name: string): DescMessage {
  const type = types.getMessage(`${PACKAGE}.${name}`)
  if (type === undefined) throw new TypeError(`no message type ${name}`)
  return type
}

function createTypes() {
  const file = fromJson(FileDescriptorProtoSchema, {
    name: 'otlp.proto',
    package: PACKAGE,
    // Of the two syntaxes the one that tells an empty text from none.
    syntax: 'proto2',
    messageType: Object.entries(messages).map(([name, fields]) => ({
      name,
      field: Object.entries(fields).map(describe)
    }))
  })
  return createFileRegistry(file, () => undefined)
}

function describe([name, [number, written]]: [string, Field]): JsonValue {
  const type = written.replace('[]', '')
  return {
    name,
    jsonName: name,
    number,
    label: type === written ? 'LABEL_OPTIONAL' : 'LABEL_REPEATED',
    ...(type in messages
      ? { type: 'TYPE_MESSAGE', typeName: `.${PACKAGE}.${type}` }
      : { type: `TYPE_${type.toUpperCase()}` })
  }
}
