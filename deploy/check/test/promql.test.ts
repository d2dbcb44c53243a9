import { expect, test } from 'vitest'
import { promqlFindings } from '../src/promql.ts'

test.each([
  ['sum by (app) (rate(http_server_request_duration_seconds_count{namespace="$namespace"}[$__rate_interval])) > 0', []],
  ['up == 0 and on (pod) process_cpu_seconds_total', []],
  ['rate(http_requests_total[5m])', ['no service has the metric http_requests_total']],
  ['up{colour="red"}', ['up has no label colour']],
  ['sum(rate(up[5m])', ['is no PromQL at ""']]
])('%s', (expression, findings) => {
  expect(promqlFindings(expression)).toEqual(findings)
})
