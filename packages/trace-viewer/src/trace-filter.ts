import type { TraceSummary } from './trace-summary.ts'

export const statusChoices = ['any', 'ok', 'error'] as const

export interface TraceFilter {
  /** Empty for all. */
  service: string
  status: (typeof statusChoices)[number]
  minMs: number
  /** How many are shown. */
  limit: number
}

const FIRST_LIMIT = 50
const LAST_LIMIT = 1_000

/** Reads the fields of the form. An invalid value counts as absent. */
export function parseFilter(fields: URLSearchParams): TraceFilter {
  const minMs = Number(fields.get('min'))
  const limit = Number(fields.get('limit'))
  return {
    service: fields.get('service') ?? '',
    status: statusChoices.find((choice) => choice === fields.get('status')) ?? 'any',
    minMs: minMs > 0 && minMs < Infinity ? minMs : 0,
    limit: Number.isInteger(limit) && limit > 0 ? Math.min(limit, LAST_LIMIT) : FIRST_LIMIT
  }
}

export function passes({ services, errorCount, durationUs }: TraceSummary, filter: TraceFilter): boolean {
  return (
    (filter.service === '' || services.some(([name]) => name === filter.service)) &&
    (filter.status === 'any' || filter.status === (errorCount > 0 ? 'error' : 'ok')) &&
    durationUs >= filter.minMs * 1000
  )
}

/** The address of the list with this filter, without the fields that have their defaults. */
export function filterHref({ service, status, minMs, limit }: TraceFilter): string {
  const fields = new URLSearchParams()
  if (service !== '') fields.set('service', service)
  if (status !== 'any') fields.set('status', status)
  if (minMs > 0) fields.set('min', String(minMs))
  if (limit !== FIRST_LIMIT) fields.set('limit', String(limit))
  return fields.size === 0 ? '/' : `/?${fields.toString()}`
}
