import { afterAll, beforeAll, expect, test } from 'vitest'
import { forward, kubectl } from './support/kubectl.ts'
import { installOverlay, pods, removeOverlay, waitForDeployments } from './support/overlay.ts'
import { giveSecondNode, openNodes } from './support/second-node.ts'
import { describeLoad, mixedWithoutMesh, startLoad } from './support/start-load.ts'
import { untilWhole } from './support/whole.ts'

/** Pages a second, each with nine requests to productpage's API. */
const RATE_PER_SECOND = 5

let second: AsyncDisposable

beforeAll(async () => {
  second = await giveSecondNode()
  await installOverlay('kubernetes')
})
afterAll(async () => {
  await removeOverlay('kubernetes')
  await second[Symbol.asyncDispose]()
})

test('no request fails while a node is drained, where each Deployment has a pod on two nodes', async () => {
  await kubectl(['-n', 'bookinfo', 'scale', 'deployment', '--selector=app!=jaeger', '--replicas=2'])
  await waitForDeployments()
  await untilWhole(() => forward('productpage', 9080))
  await using load = await startLoad(RATE_PER_SECOND, mixedWithoutMesh)
  const { stdout: kept } = await kubectl(['-n', 'bookinfo', 'get', 'pod/load', '--output=jsonpath={.spec.nodeName}'])
  const [drained = ''] = (await openNodes()).filter((name) => name !== kept)
  expect(await podsOn(drained)).not.toEqual([])
  expect(await podsOn(kept)).not.toEqual([])
  try {
    const ours = '--pod-selector=app.kubernetes.io/part-of=bookinfo'
    await kubectl(['drain', drained, ours, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s'])
    await waitForDeployments()
    expect(await podsOn(drained)).toEqual([])
    const result = await load.stop()
    process.stdout.write(`  ${describeLoad(result)}\n`)
    expect(result.failures).toEqual([])
  } finally {
    await kubectl(['uncordon', drained])
  }
})

async function podsOn(node: string): Promise<string[]> {
  const all = await pods()
  return all.filter(({ spec }) => spec.nodeName === node).map(({ metadata }) => metadata.name)
}
