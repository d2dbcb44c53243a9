import { hasTag } from './jaeger/search.ts'
import { parseMinutes, periodOf } from './period.ts'
import type { Span } from './span.ts'
import type { Trace } from './trace-store.ts'
import type { TraceSummary } from './trace-summary.ts'

export const statusChoices = ['any', 'ok', 'error'] as const
export const orders = ['newest', 'longest'] as const

export interface TraceFilter {
  /** Empty for all, as in the next four: one span must have all five. */
  service: string
  /** The service that called. */
  caller: string
  version: string
  operation: string
  /** `key=value`, or a key alone for any value. */
  tag: string
  status: (typeof statusChoices)[number]
  minMs: number
  maxMs: number
  /** Minutes back from now; 0 is everything. */
  minutes: number
  order: (typeof orders)[number]
  /** How many are shown. */
  limit: number
}

const FIRST_LIMIT = 50
const LAST_LIMIT = 1_000

/** Reads the fields of the form. An invalid value counts as absent. */
export function parseFilter(fields: URLSearchParams): TraceFilter {
  const limit = Number(fields.get('limit'))
  const text = (name: string) => fields.get(name) ?? ''
  return {
    service: text('service'),
    caller: text('caller'),
    version: text('version'),
    operation: text('operation'),
    tag: text('tag'),
    status: statusChoices.find((choice) => choice === fields.get('status')) ?? 'any',
    minMs: positive(fields.get('min')) ?? 0,
    maxMs: positive(fields.get('max')) ?? Infinity,
    minutes: parseMinutes(fields, 0),
    order: orders.find((choice) => choice === fields.get('sort')) ?? 'newest',
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, LAST_LIMIT) : FIRST_LIMIT
  }
}

function positive(text: string | null): number | undefined {
  const value = Number(text)
  return value > 0 && value < Infinity ? value : undefined
}

/** A test for traces and their summaries. */
export function createTest(filter: TraceFilter, nowUs: number): (trace: Trace, summary: TraceSummary) => boolean {
  const fits = createSpanTest(filter)
  const firstUs = periodOf(filter.minutes, nowUs)?.startUs ?? -Infinity
  return ({ spans }, { errorCount, durationUs, startUs }) =>
    (filter.status === 'any' || filter.status === (errorCount > 0 ? 'error' : 'ok')) &&
    durationUs >= filter.minMs * 1000 &&
    durationUs <= filter.maxMs * 1000 &&
    startUs >= firstUs &&
    spans.values().some((span) => fits(span) && (filter.caller === '' || callerOf(span, spans) === filter.caller))
}

/** The service that called; undefined for a span whose parent is of the same service, or not here. */
function callerOf({ parentId = '', resource }: Span, spans: Trace['spans']): string | undefined {
  const caller = spans.get(parentId)?.resource.service
  return caller === resource.service ? undefined : caller
}

function createSpanTest({ service, version, operation, tag }: TraceFilter): (span: Span) => boolean {
  const [key = '', ...rest] = tag.split('=')
  const value = rest.length === 0 ? undefined : rest.join('=').trim()
  return (span) =>
    (service === '' || span.resource.service === service) &&
    (version === '' || span.resource.version === version) &&
    (operation === '' || span.name === operation) &&
    (tag === '' || hasTag(span, key.trim(), value))
}

export function compare(filter: TraceFilter): (a: TraceSummary, b: TraceSummary) => number {
  return filter.order === 'longest' ? (a, b) => b.durationUs - a.durationUs : (a, b) => b.startUs - a.startUs
}

/** The address of the list with this filter, without the fields that have their defaults. */
export function filterHref(filter: Partial<TraceFilter>): string {
  const { minMs = 0, maxMs = Infinity, limit = FIRST_LIMIT, minutes = 0, status = 'any', order = 'newest' } = filter
  const fields = new URLSearchParams()
  for (const name of ['service', 'version', 'caller', 'operation', 'tag'] as const)
    if (filter[name]) fields.set(name, filter[name])
  if (status !== 'any') fields.set('status', status)
  if (minMs > 0) fields.set('min', String(minMs))
  if (maxMs < Infinity) fields.set('max', String(maxMs))
  if (minutes > 0) fields.set('minutes', String(minutes))
  if (order !== 'newest') fields.set('sort', order)
  if (limit !== FIRST_LIMIT) fields.set('limit', String(limit))
  return fields.size === 0 ? '/' : `/?${fields.toString()}`
}
