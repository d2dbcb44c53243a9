import { afterAll, beforeAll, expect, test } from 'vitest'
import { forward } from './support/kubectl.ts'
import { installOverlay, removeOverlay } from './support/overlay.ts'
import { replacePodsUnderLoad, ROLLOUTS_MS } from './support/replace-pods.ts'
import { mixedWithoutMesh } from './support/start-load.ts'
import { untilWhole } from './support/whole.ts'

beforeAll(async () => {
  await installOverlay('kubernetes')
  await untilWhole(() => forward('productpage', 9080))
})
afterAll(() => removeOverlay('kubernetes'))

test(
  'no request fails and no span is lost while Deployments roll out and pods are deleted',
  { timeout: ROLLOUTS_MS },
  async () => {
    const { result, least } = await replacePodsUnderLoad(mixedWithoutMesh)
    expect(result).toMatchObject({ failures: [], lost: [] })
    expect(result.sent).toBeGreaterThan(least)
    expect(result.spans).toBeGreaterThan(result.sent)
  }
)
