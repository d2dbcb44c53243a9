import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectl, runInPod, type Forward } from '../support/kubectl.ts'
import { forwardGateway, gateways, type Overlay } from '../support/gateway.ts'
import { callWithoutSidecar } from '../support/outsider.ts'
import { applyCombination, installOverlay, pods, removeOverlay, waitForDeployments } from '../support/overlay.ts'
import { count, readerAt } from '../support/reader.ts'
import { ENOUGH, untilWhole } from '../support/whole.ts'

const overlays: Overlay[] = ['istio', 'gateway-api']

describe.each(overlays)('overlays/%s', (overlay) => {
  let warnings = ''
  let way: Forward

  beforeAll(async () => {
    const { service, namespace } = gateways[overlay]
    warnings = await installOverlay(overlay)
    await kubectl(['-n', namespace, 'rollout', 'status', `deployment/${service}`, '--timeout=120s'])
    await untilWhole(() => forwardGateway(overlay))
    way = await forwardGateway(overlay)
  })
  afterAll(async () => {
    await way[Symbol.asyncDispose]()
    await removeOverlay(overlay)
  })

  test('all pods of the suite are ready with their sidecars without a restart, and the cluster has warned of nothing', async () => {
    const all = await pods()
    const sidecars = all.flatMap(({ status }) => status.initContainerStatuses?.map(({ name }) => name) ?? [])
    const statuses = all.flatMap(({ status }) => [...status.containerStatuses, ...(status.initContainerStatuses ?? [])])
    expect(warnings).toBe('')
    expect(all.length).toBeGreaterThanOrEqual(6)
    expect(sidecars.filter((name) => name === 'istio-proxy')).toHaveLength(all.length)
    expect(statuses.filter(({ ready, restartCount }) => !ready || restartCount > 0)).toEqual([])
  })

  test('the page is shown by the way in that the README names, with all three versions of reviews', async () => {
    const reader = readerAt(way.url)
    for (let page = 0; page < ENOUGH; page++) {
      const { status, body } = await reader.ask('/productpage')
      expect(status).toBe(200)
      expect(body).not.toContain('currently unavailable')
    }
    expect(Object.keys(count(await reader.stars(ENOUGH))).toSorted()).toEqual(['black', 'no stars', 'red'])
  })

  test('a caller without a certificate of the mesh gets no connection', async () => {
    expect(await callWithoutSidecar('http://details.bookinfo:9080/details/0')).toBe('refused')
  })

  test('a service may only make the calls of the call graph', async () => {
    const status = (url: string) => `console.log((await fetch('${url}')).status)`
    expect(await runInPod('deployment/productpage-v1', status('http://details:9080/details/0'))).toBe('200')
    expect(await runInPod('deployment/ratings-v1', status('http://details:9080/details/0'))).toBe('403')
    expect(await runInPod('deployment/details-v1', status('http://ratings:9080/ratings/0'))).toBe('403')
  })

  test('with network policies new pods become ready, and the page is whole', async () => {
    await applyCombination({ resources: [`../${overlay}`], components: ['../../components/network-policy-mesh'] })
    // The sidecars of new pods have to reach istiod.
    await kubectl(['-n', 'bookinfo', 'rollout', 'restart', 'deployment/details-v1', 'deployment/productpage-v1'])
    await waitForDeployments()
    await untilWhole(() => forwardGateway(overlay))
    expect((await readerAt(way.url).ask('/productpage')).status).toBe(200)
  })

  test('the namespace refuses a pod that is not restricted', async () => {
    const refused = kubectl(['-n', 'bookinfo', 'run', 'free', '--image=pause', '--privileged', '--dry-run=server'])
    await expect(refused).rejects.toThrow('violates PodSecurity "restricted:latest"')
  })
})
