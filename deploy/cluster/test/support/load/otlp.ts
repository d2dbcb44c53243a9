/** Of a span, what tells whether its trace is whole. */
export interface ReceivedSpan {
  traceId: string
  id: string
  /** Empty for the root of a trace. */
  parent: string
  /** Sidecars add the namespace to the name, after a dot. */
  service: string
  isServer: boolean
  isClient: boolean
  hasFailed: boolean
}

// The numbers are those of the fields in OTLP's definitions, which never change:
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
const [SERVER, CLIENT, ERROR] = [2, 3, 2]

/** Reads the spans of an ExportTraceServiceRequest. This program has no packages beside it, so it reads protobuf itself. */
export function readSpans(request: Buffer): ReceivedSpan[] {
  return messagesIn(request, 1).flatMap((resourceSpans) => {
    const attributes = messagesIn(resourceSpans, 1).flatMap((resource) => messagesIn(resource, 1))
    const name = attributes.find((each) => String(messagesIn(each, 1)[0]) === 'service.name')
    const [value] = name === undefined ? [] : messagesIn(name, 2).flatMap((any) => messagesIn(any, 1))
    const spans = messagesIn(resourceSpans, 2).flatMap((scopeSpans) => messagesIn(scopeSpans, 2))
    return spans.map((span) => readSpan(span, String(value ?? '')))
  })
}

function readSpan(bytes: Buffer, service: string): ReceivedSpan {
  const hex = (field: number) => messagesIn(bytes, field)[0]?.toString('hex') ?? ''
  const kind = numberIn(bytes, 6)
  const [status] = messagesIn(bytes, 15)
  return {
    traceId: hex(1),
    id: hex(2),
    parent: hex(4),
    service,
    isServer: kind === SERVER,
    isClient: kind === CLIENT,
    hasFailed: status !== undefined && numberIn(status, 3) === ERROR
  }
}

/** Texts, bytes and messages of one field. */
function messagesIn(message: Buffer, field: number): Buffer[] {
  return fieldsOf(message).flatMap(([number, value]) => (number === field && Buffer.isBuffer(value) ? [value] : []))
}

function numberIn(message: Buffer, field: number): number | undefined {
  const [, value] = fieldsOf(message).find(([number]) => number === field) ?? []
  return typeof value === 'number' ? value : undefined
}

/** The fields of a message by their numbers. Those of a fixed length are left out. */
function fieldsOf(bytes: Buffer): [field: number, value: number | Buffer][] {
  const fields: [number, number | Buffer][] = []
  let at = 0
  const readNumber = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = readNumber()
    const wireType = tag % 8
    if (wireType === 0) fields.push([Math.floor(tag / 8), readNumber()])
    else if (wireType === 1) at += 8
    else if (wireType === 5) at += 4
    else if (wireType === 2) {
      const length = readNumber()
      fields.push([Math.floor(tag / 8), bytes.subarray(at, at + length)])
      at += length
    } else throw new TypeError(`there is no wire type ${wireType} in OTLP`)
  }
  return fields
}
