import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { helm, openChart, withoutJaeger, type Chart } from '../support/helm.ts'
import { kubectl } from '../support/kubectl.ts'
import { OVERLAYS, pods } from '../support/overlay.ts'

const namespace = join(OVERLAYS, 'istio/namespace.yaml')
let chart: Chart

beforeAll(async () => {
  chart = openChart()
  await kubectl(['apply', '--filename', namespace])
})
afterAll(async () => {
  await helm(['uninstall', 'bookinfo', '--namespace', 'bookinfo', '--ignore-not-found'])
  await kubectl(['delete', '--filename', namespace, '--timeout=120s'])
  chart[Symbol.dispose]()
})

test('the chart with mesh istio: all pods have sidecars, and helm test sees the page by the gateway', async () => {
  await chart.helm('install', ['--wait=watcher', '--timeout', '5m', '--set', 'mesh=istio', ...withoutJaeger])
  const sidecars = (await pods()).map(({ status }) => status.initContainerStatuses?.map(({ name }) => name))
  expect(sidecars.filter((names) => names?.includes('istio-proxy'))).toHaveLength(6)
  const results = await helm(['test', 'bookinfo', '--namespace', 'bookinfo', '--logs'])
  expect(results).toContain('http://istio-ingressgateway.istio-system/productpage shows the whole page')
})
