import { Registry, type Metric, type OpenMetricsContentType, type RegistryContentType } from 'prom-client'

/** Metrics of one app; of this kind because only OpenMetrics has exemplars. `writeMetrics` writes them as plain text too. */
export type MetricsRegistry = Registry<OpenMetricsContentType>

export function createRegistry(): MetricsRegistry {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  return registry
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

/** prom-client takes `_total` from the names of counters for OpenMetrics, and for ever: a view has a name of its own. */
function viewOf(metric: Metric): Metric {
  return Object.create(metric)
}

const OPENMETRICS = 'application/openmetrics-text'
const TEXT = 'text/plain'

/** As RFC 9110, 12.4.2, weighs them; a version that is not ours is not meant. */
function prefersOpenMetrics(accept: string): boolean {
  const weights = { [OPENMETRICS]: 0, [TEXT]: 0 }
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    if (type !== OPENMETRICS && type !== TEXT) continue
    const { q = '1', version } = Object.fromEntries(parameters.map((parameter) => parameter.split('=', 2)))
    if (type === OPENMETRICS && version !== undefined && version !== '1.0.0') continue
    weights[type] = Math.max(weights[type], Number(q) || 0)
  }
  return weights[OPENMETRICS] > 0 && weights[OPENMETRICS] >= weights[TEXT]
}
