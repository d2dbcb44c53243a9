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

/** The second mesh is an upgrade from the first, so that the pods of the suite start once. */
test.each([
  { command: 'install', mesh: 'istio', page: 'http://istio-ingressgateway.istio-system/productpage' },
  { command: 'upgrade', mesh: 'gateway-api', page: 'http://bookinfo-gateway-istio/productpage' }
])(
  'helm $command with mesh $mesh: all pods have sidecars, and helm test sees the page by the gateway',
  async (each) => {
    await chart.helm(each.command, [
      '--wait=watcher',
      '--timeout',
      '5m',
      '--set',
      `mesh=${each.mesh}`,
      ...withoutJaeger
    ])
    const sidecars = (await pods()).map(({ status }) => status.initContainerStatuses?.map(({ name }) => name))
    expect(sidecars.filter((names) => names?.includes('istio-proxy'))).toHaveLength(6)
    const results = await helm(['test', 'bookinfo', '--namespace', 'bookinfo', '--logs'])
    expect(results).toContain(`${each.page} shows the whole page`)
  }
)
