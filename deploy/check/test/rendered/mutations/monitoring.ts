import { set } from './mutate.ts'
import { mutationsOn } from './mutation.ts'

/** In monitoring. */
export const monitoringMutations = mutationsOn({
  'kubernetes, watched and scaled': {
    'metric-known': {
      'a metric that nobody serves': set(
        'PrometheusRule/bookinfo',
        'spec/groups/0/rules/0/expr',
        'rate(http_requests_total[5m]) > 1'
      ),
      'a label that the metric has not': set(
        'PrometheusRule/bookinfo',
        'spec/groups/0/rules/0/expr',
        'rate(request_result_total{code="500"}[5m]) > 1'
      )
    },
    'monitor-labels': {
      'services that cannot be told apart': set('ServiceMonitor/bookinfo', 'spec/podTargetLabels', ['version'])
    }
  }
})
