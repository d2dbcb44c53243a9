import { set } from './mutate.ts'
import { seed, type Mutation } from './mutation.ts'

/** In what is watched. */
export const monitoringMutations: readonly Mutation[] = [
  seed(
    'metric-known',
    'a metric that nobody serves',
    'kubernetes, watched and scaled',
    set('PrometheusRule/bookinfo', 'spec/groups/0/rules/0/expr', 'rate(http_requests_total[5m]) > 1')
  ),
  seed(
    'metric-known',
    'a label that the metric has not',
    'kubernetes, watched and scaled',
    set('PrometheusRule/bookinfo', 'spec/groups/0/rules/0/expr', 'rate(request_result_total{code="500"}[5m]) > 1')
  ),
  seed(
    'monitor-labels',
    'services that cannot be told apart',
    'kubernetes, watched and scaled',
    set('ServiceMonitor/bookinfo', 'spec/podTargetLabels', ['version'])
  )
]
