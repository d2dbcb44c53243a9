import type { ExpectedShares } from './routes/expected-shares.ts'
import type { Trace } from './trace-store.ts'

/** Answers that are shown of each service. */
const LAST = 100

/** The last answers of a service of which several versions answered. */
export interface Answers {
  service: string
  count: number
  versions: readonly VersionShare[]
}

export interface VersionShare {
  version: string
  count: number
  /** Where in the row of answers this version's are, and which of them failed; 0 is the oldest. */
  places: readonly { place: number; failed: boolean }[]
  /** What somebody said the share should be, 0 to 1. */
  expected: number | undefined
}

/** The last answers of all services with several versions: who answered last is on the right. */
export function lastAnswers(traces: readonly Trace[], expected: ExpectedShares): Answers[] {
  const spans = traces.flatMap((trace) => [...trace.spans.values()].filter(({ kind }) => kind === 'server'))
  return [...Map.groupBy(spans, ({ resource }) => resource.service)].flatMap(([service, all]) => {
    const known = expected[service] ?? {}
    const names = new Set([...all.map(({ resource }) => resource.version), ...Object.keys(known)])
    if (names.size < 2) return []
    const last = all.toSorted((a, b) => a.startUs - b.startUs).slice(-LAST)
    const weights = Object.values(known).reduce((sum, weight) => sum + weight, 0)
    const versions = [...names].toSorted().map((version) => {
      const places = last.flatMap(({ resource, status }, place) =>
        resource.version === version ? [{ place, failed: status === 'error' }] : []
      )
      return {
        version,
        count: places.length,
        places,
        expected: weights === 0 ? undefined : (known[version] ?? 0) / weights
      }
    })
    return [{ service, count: last.length, versions }]
  })
}
