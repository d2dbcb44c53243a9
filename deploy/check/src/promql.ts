import { parser } from '@prometheus-io/lezer-promql'

/** The metrics in alerts and the dashboard, with their labels. A test compares them with a running service. */
export const servedMetrics: Readonly<Record<string, readonly string[]>> = {
  http_server_request_duration_seconds: ['http_request_method', 'http_route', 'http_response_status_code'],
  http_client_request_duration_seconds: [
    'error_type',
    'http_request_method',
    'http_response_status_code',
    'server_address',
    'server_port'
  ],
  request_result_total: ['destination_app', 'response_code'],
  otel_spans_dropped_total: [],
  process_resident_memory_bytes: [],
  process_cpu_seconds_total: [],
  nodejs_eventloop_lag_p99_seconds: []
}

/** The labels that Prometheus adds to each sample, and its own metrics. */
const targetLabels = [
  'namespace',
  'pod',
  'container',
  'service',
  'job',
  'instance',
  'endpoint',
  'app',
  'version',
  'runtime',
  'le'
]
const ownMetrics = ['up']

/** Finds syntax errors, metrics that no service has, and labels that a metric does not have. */
export function promqlFindings(expression: string): string[] {
  // Grafana's variables are durations in a range, and numbers elsewhere.
  const plain = expression.replaceAll(/\[\$\w+\]/g, '[5m]').replaceAll(/\$\w+|\$\{\w+\}/g, '1')
  const findings: string[] = []
  let metric = ''
  parser.parse(plain).iterate({
    enter({ name, type, from, to, node }) {
      const word = plain.slice(from, to)
      if (type.isError) findings.push(`is not PromQL at "${plain.slice(from)}"`)
      if (name === 'VectorSelector') {
        const identifier = node.getChild('Identifier')
        metric = identifier ? plain.slice(identifier.from, identifier.to) : ''
        if (labelsOf(metric) === undefined) findings.push(`no service has the metric ${metric}`)
      }
      if (name === 'LabelName' && node.parent?.name === 'UnquotedLabelMatcher') {
        const known = [...(labelsOf(metric) ?? [word]), ...targetLabels]
        if (!known.includes(word)) findings.push(`${metric} has no label ${word}`)
      }
    }
  })
  return findings
}

/** The labels of a metric, or of the histogram that it is a part of; undefined if nobody has the metric. */
function labelsOf(metric: string): readonly string[] | undefined {
  const family = metric.replace(/_(bucket|count|sum)$/, '')
  return servedMetrics[metric] ?? servedMetrics[family] ?? (ownMetrics.includes(metric) ? [] : undefined)
}
