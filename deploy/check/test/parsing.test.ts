import { expect, test } from 'vitest'
import { kustomizeMajor } from '../src/kustomize.ts'
import { promqlFindings } from '../src/promql.ts'

test.each([
  ['Client Version: v1.36.3\nKustomize Version: v5.8.1\n', 5],
  ['Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0\n', 5],
  ['Client Version: version.Info{Major:"1", Minor:"20"}\nv4.5.7\n', 4],
  ['v5.7.1\n', 5],
  ['Client Version: v1.20.1\n', Number.NaN],
  ['', Number.NaN]
])('the version of kustomize is read, and no other version, from %j', (output, major) => {
  expect(kustomizeMajor(output)).toBe(major)
})

test.each([
  ['sum by (app) (rate(http_server_request_duration_seconds_count{namespace="$namespace"}[$__rate_interval])) > 0', []],
  ['up == 0 and on (pod) process_cpu_seconds_total', []],
  ['rate(http_requests_total[5m])', ['no service has the metric http_requests_total']],
  ['up{colour="red"}', ['up has no label colour']],
  ['sum(rate(up[5m])', ['is not PromQL at ""']]
])('PromQL is checked: %s', (expression, findings) => {
  expect(promqlFindings(expression)).toEqual(findings)
})
