import { decodeSpans, type Span } from '@bookinfo/trace-viewer/testing'

/** A span in a form that is the same for all formats. */
export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentId: string | undefined
  name: string
  /** `server`, `client`, … */
  kind: string
  /** `unset`, `ok` or `error` */
  status: string
  service: string
  startUs: number
  durationUs: number
  attributes: Values
  resource: Values
}

export type Values = Record<string, unknown>

/** Reads the spans of an OTLP request. It is stricter than real collectors. */
export function readOtlp(bytes: Buffer, encoding: 'json' | 'protobuf'): ReceivedSpan[] {
  return decodeSpans(bytes, encoding).map((span) => {
    const { traceId, spanId, parentId, name, kind, status, startUs, durationUs, attributes, resource } = span
    return {
      traceId,
      spanId,
      parentId,
      name,
      kind,
      status,
      service: resource.service,
      startUs,
      durationUs,
      attributes: plain(attributes),
      resource: plain(resource.attributes)
    }
  })
}

function plain(attributes: Span['attributes']): Values {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]))
}
