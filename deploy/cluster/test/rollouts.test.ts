import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeLoad, startLoad } from './support/start-load.ts'
import { forward, kubectl } from './support/kubectl.ts'
import { deployments, installOverlay, pods, removeOverlay, waitForDeployments } from './support/overlay.ts'
import { untilWhole } from './support/whole.ts'

/** Each one restarts the six Deployments one after the other, and deletes the only pods of three. */
const ROUNDS = Number(process.env['BOOKINFO_ROUNDS'] ?? 2)
/** Two cores that also start pods serve this many pages without a queue. */
const RATE_PER_SECOND = Number(process.env['BOOKINFO_RATE'] ?? 10)

beforeAll(async () => {
  await installOverlay('kubernetes')
  await untilWhole(() => forward('productpage', 9080))
})
afterAll(() => removeOverlay('kubernetes'))

test('no request fails while Deployments roll out and pods are deleted', async () => {
  await using load = await startLoad(RATE_PER_SECOND)
  let replaced = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const deployment of deployments) {
      await kubectl(['-n', 'bookinfo', 'rollout', 'restart', 'deployment', deployment])
      await waitForDeployments()
      replaced += 1
    }
    for (const app of ['productpage', 'details', 'ratings']) {
      const pod = (await pods()).find(({ metadata }) => metadata.labels['app'] === app)
      await kubectl(['-n', 'bookinfo', 'delete', 'pod', pod?.metadata.name ?? '', '--wait=true'])
      await waitForDeployments()
      replaced += 1
    }
  }
  const result = await load.stop()
  process.stdout.write(`${replaced} pods replaced: ${describeLoad(result)}\n`)
  expect(result.failures).toEqual([])
  expect(replaced).toBe(ROUNDS * (deployments.length + 3))
  expect(result.sent).toBeGreaterThan(ROUNDS * RATE_PER_SECOND)
})
