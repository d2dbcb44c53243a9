import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { installOverlay, removeOverlay } from '../support/overlay.ts'
import { replacePodsUnderLoad, ROLLOUTS_MS } from '../support/replace-pods.ts'
import { mixedThroughGateway } from '../support/start-load.ts'
import { untilWhole } from '../support/whole.ts'

/**
 * Istio forgets a pod that ends before the next one is ready, where a node without a mesh goes on using it. So nobody serves if it was
 * the only one.
 */
const REPLICAS = 2

beforeAll(async () => {
  await installOverlay('istio')
  await untilWhole(() => forwardGateway('istio'))
})
afterAll(() => removeOverlay('istio'))

test(
  'with sidecars, no request fails and no span is lost while Deployments roll out and pods are deleted',
  { timeout: ROLLOUTS_MS },
  async () => {
    const { result, least } = await replacePodsUnderLoad(mixedThroughGateway, REPLICAS)
    expect(result).toMatchObject({ failures: [], lost: [] })
    expect(result.sent).toBeGreaterThan(least)
    expect(result.spans).toBeGreaterThan(result.sent)
  }
)
