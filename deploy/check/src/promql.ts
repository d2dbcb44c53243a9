/** Metrics that alerts and the dashboard ask for, with their labels. A test compares with what a running service says. */
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

/** What Prometheus adds: to each sample by its target, and on its own account. */
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

const keywords = [
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'bool',
  'offset'
]

/** What is wrong with an expression: metrics that nobody serves, and labels that a metric has not. */
export function promqlFindings(expression: string): string[] {
  const bare = expression
    .replaceAll(/\$\w+|\$\{\w+\}/g, '1')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
  return [...bare.matchAll(/([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(\{[^}]*\})?(\s*\()?/g)].flatMap(
    ([, name = '', braces, call]) => {
      if (call !== undefined || keywords.includes(name)) return []
      const labels = [...(braces ?? '').matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label)
      const family = name.replace(/_(bucket|count|sum)$/, '')
      const known = servedMetrics[name] ?? servedMetrics[family] ?? (ownMetrics.includes(name) ? [] : undefined)
      if (known === undefined) return [`nobody serves the metric ${name}`]
      return labels
        .filter((label) => !known.includes(label) && !targetLabels.includes(label))
        .map((label) => `${name} has no label ${label}`)
    }
  )
}
