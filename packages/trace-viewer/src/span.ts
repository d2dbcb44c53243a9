export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export type SpanKind = (typeof spanKinds)[number]

export const spanStatuses = ['unset', 'ok', 'error'] as const
export type SpanStatus = (typeof spanStatuses)[number]

/** The types that Jaeger has for values: lists and maps are text, as JSON. */
export type ValueType = 'string' | 'bool' | 'int64' | 'float64' | 'binary'

export interface Attribute {
  key: string
  type: ValueType
  value: string | number | boolean
}

/** The text of the first attribute of that name, if there is one. */
export function attributeText(attributes: readonly Attribute[], key: string): string | undefined {
  const attribute = attributes.find((candidate) => candidate.key === key)
  return attribute && String(attribute.value)
}

/** Follows the version of a service in a virtual machine, since the same version may run in a container too. */
export const MACHINE_MARK = ' vm'

/** What made a span: one process. All spans of one request share the object. */
export interface Resource {
  service: string
  /** `service.version`, in a virtual machine with MACHINE_MARK; empty for a process that does not say it. */
  version: string
  /** All but the service's name. */
  attributes: readonly Attribute[]
}

export interface Scope {
  name: string
  version: string
  attributes: readonly Attribute[]
}

export interface SpanEvent {
  timeUs: number
  name: string
  attributes: readonly Attribute[]
}

export interface SpanLink {
  traceId: string
  spanId: string
  attributes: readonly Attribute[]
}

/** Ids are lower-case hexadecimal; times are whole microseconds since 1970, as Jaeger counts. */
export interface Span {
  traceId: string
  spanId: string
  parentId: string | undefined
  traceState: string
  name: string
  kind: SpanKind
  startUs: number
  durationUs: number
  status: SpanStatus
  statusMessage: string
  attributes: readonly Attribute[]
  events: readonly SpanEvent[]
  links: readonly SpanLink[]
  scope: Scope
  resource: Resource
  /** What is odd about it, in words. */
  warnings: readonly string[]
}

/** Whether a server says that its caller left before the answer. It may have gone on working. */
export function wasLeft({ kind, attributes }: Span): boolean {
  return kind === 'server' && attributeText(attributes, 'error.type') === 'caller_gone'
}

/** The address of a span: its trace, with the span opened and marked. */
export function spanHref({ traceId, spanId }: Pick<Span, 'traceId' | 'spanId'>): string {
  return `/trace/${traceId}#span-${spanId}`
}

export function endUs({ startUs, durationUs }: Span): number {
  return startUs + durationUs
}
