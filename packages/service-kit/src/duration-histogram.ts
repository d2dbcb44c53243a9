import { Histogram } from 'prom-client'
import type { MetricsRegistry } from './registry.ts'

/** Buckets in seconds, as the semantic conventions advise: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** How an observation names its trace. */
type ExemplarLabel = 'trace_id' | 'span_id'

/** A histogram of seconds by labels; an observation may carry the trace in which it was made. */
export function createDurationHistogram<Label extends string>(
  registry: MetricsRegistry,
  about: { name: string; help: string; labelNames: readonly Label[] }
): Histogram<Label | ExemplarLabel> {
  return new Histogram<Label | ExemplarLabel>({
    ...about,
    buckets: DURATION_BUCKETS,
    enableExemplars: true,
    registers: [registry]
  })
}
