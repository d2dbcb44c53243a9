import { Registry, type OpenMetricsContentType } from 'prom-client'

/** Metrics of one app; of this kind because only OpenMetrics has exemplars. `exposition.ts` writes them as plain text too. */
export type MetricsRegistry = Registry<OpenMetricsContentType>

export function createRegistry(): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
}
