import { Type, type Static } from 'typebox'

// What of OTLP/JSON is read here; all else in a request is ignored, as the protocol asks.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

/** 64-bit numbers come as decimal text, or as numbers from senders that do not mind their last digits. */
const Int64 = Type.Union([Type.String({ pattern: '^-?[0-9]{1,19}$' }), Type.Integer()])
/** As many digits as protobuf's largest number has: a time until the year 5138, so there is a date for it to be shown as. */
const Nanoseconds = Type.Union([Type.String({ pattern: '^[0-9]{1,20}$' }), Type.Integer({ minimum: 0, maximum: 1e20 })])
const Double = Type.Union([Type.Number(), Type.Enum(['NaN', 'Infinity', '-Infinity'])])
const Count = Type.Integer({ minimum: 0 })
/** Enums are numbers; some senders write their names. */
const Choice = Type.Union([Type.Integer(), Type.String({ maxLength: 40 })])

/** One of the fields, or none for an empty value. */
export const AnyValue = Type.Cyclic(
  {
    AnyValue: Type.Object({
      stringValue: Type.Optional(Type.String()),
      boolValue: Type.Optional(Type.Boolean()),
      intValue: Type.Optional(Int64),
      doubleValue: Type.Optional(Double),
      bytesValue: Type.Optional(Type.String()),
      arrayValue: Type.Optional(Type.Object({ values: Type.Optional(Type.Array(Type.Ref('AnyValue'))) })),
      kvlistValue: Type.Optional(
        Type.Object({
          values: Type.Optional(
            Type.Array(Type.Object({ key: Type.String(), value: Type.Optional(Type.Ref('AnyValue')) }))
          )
        })
      )
    })
  },
  'AnyValue'
)
export type AnyValue = Static<typeof AnyValue>

export const KeyValue = Type.Object({ key: Type.String(), value: Type.Optional(AnyValue) })
export type KeyValue = Static<typeof KeyValue>

const Attributes = Type.Optional(Type.Array(KeyValue))
const Scope = Type.Object({
  name: Type.Optional(Type.String()),
  version: Type.Optional(Type.String()),
  attributes: Attributes
})

const OtlpSpan = Type.Object({
  traceId: Type.String(),
  spanId: Type.String(),
  traceState: Type.Optional(Type.String()),
  parentSpanId: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  kind: Type.Optional(Choice),
  startTimeUnixNano: Type.Optional(Nanoseconds),
  endTimeUnixNano: Type.Optional(Nanoseconds),
  attributes: Attributes,
  droppedAttributesCount: Type.Optional(Count),
  events: Type.Optional(
    Type.Array(
      Type.Object({
        timeUnixNano: Type.Optional(Nanoseconds),
        name: Type.Optional(Type.String()),
        attributes: Attributes
      })
    )
  ),
  droppedEventsCount: Type.Optional(Count),
  links: Type.Optional(
    Type.Array(Type.Object({ traceId: Type.String(), spanId: Type.String(), attributes: Attributes }))
  ),
  droppedLinksCount: Type.Optional(Count),
  status: Type.Optional(Type.Object({ code: Type.Optional(Choice), message: Type.Optional(Type.String()) }))
})
export type OtlpSpan = Static<typeof OtlpSpan>

export const ExportTraceServiceRequest = Type.Object({
  resourceSpans: Type.Optional(
    Type.Array(
      Type.Object({
        resource: Type.Optional(Type.Object({ attributes: Attributes })),
        scopeSpans: Type.Optional(
          Type.Array(Type.Object({ scope: Type.Optional(Scope), spans: Type.Optional(Type.Array(OtlpSpan)) }))
        )
      })
    )
  )
})
export type ExportTraceServiceRequest = Static<typeof ExportTraceServiceRequest>
