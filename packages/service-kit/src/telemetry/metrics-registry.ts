import type { TraceIds } from '@bookinfo/tracing'
import { prefersOpenMetrics } from '../server/accept.ts'
import { Histogram, Registry, type Metric, type OpenMetricsContentType, type RegistryContentType } from 'prom-client'

/** The metrics of one app. Only OpenMetrics has exemplars; `writeMetrics` writes plain text, too. */
export type MetricsRegistry = Registry<OpenMetricsContentType>

export function createRegistry(): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
}

/** Buckets in seconds, as the semantic conventions advise: https://opentelemetry.io/docs/specs/semconv/http/http-metrics/ */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** @param labels undefined ones are absent; @param ids where the duration was observed, if that is recorded in a trace */
export type ObserveDuration = (
  labels: Record<string, string | number | undefined>,
  seconds: number,
  ids?: TraceIds
) => void

/** A histogram of seconds by labels, with exemplars. */
export function createDurationHistogram(
  registry: MetricsRegistry,
  about: { name: string; help: string; labelNames: readonly string[] }
): ObserveDuration {
  const histogram = new Histogram({
    ...about,
    buckets: DURATION_BUCKETS,
    registers: [registry],
    enableExemplars: true
  })
  return (labels, value, ids) => {
    const present: Record<string, string | number> = {}
    for (const name of about.labelNames) {
      const label = labels[name]
      if (label !== undefined) present[name] = label
    }
    histogram.observe({ labels: present, value, ...(ids && { exemplarLabels: { ...ids } }) })
  }
}

export interface Exposition {
  contentType: RegistryContentType
  text: string
}

/**
 * Writes the metrics in OpenMetrics if the scraper prefers that, else in Prometheus's plain text. Exemplars exist in
 * OpenMetrics alone.
 *
 * @param accept the scraper's `Accept` header
 */
export async function writeMetrics(metrics: MetricsRegistry, accept: string): Promise<Exposition> {
  const writer = prefersOpenMetrics(accept) ? createRegistry() : new Registry()
  for (const { name } of metrics.getMetricsAsArray()) {
    const metric = metrics.getSingleMetric(name)
    if (metric) writer.registerMetric(viewOf(metric))
  }
  return { contentType: writer.contentType, text: await writer.metrics() }
}

/** For OpenMetrics prom-client removes `_total` from the names of counters for good, so it gets a view with its own name. */
function viewOf(metric: Metric): Metric {
  return Object.create(metric)
}
