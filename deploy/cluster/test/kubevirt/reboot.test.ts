import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { startHog } from '../support/hog.ts'
import { kubectl } from '../support/kubectl.ts'
import { livenessBegins, MACHINE, podOfMachine, rebootGuest, waitForMachines } from '../support/machine.ts'
import { installOverlay, pods, removeOverlay } from '../support/overlay.ts'
import { startLoad, throughGateway } from '../support/start-load.ts'
import { untilWhole } from '../support/whole.ts'

const RATE_PER_SECOND = 5
/** Twice as many as CI's machine has cores. */
const THREADS = 4
/** Five times as much as the container of the machine asks for. */
const CPU_OF_HOG = '500m'

beforeAll(async () => {
  await installOverlay('kubevirt')
  await waitForMachines(MACHINE)
  await untilWhole(() => forwardGateway('istio'))
})
afterAll(() => removeOverlay('kubevirt'))

test('while others take the processor, liveness ends neither the machine that serves and reboots nor a pod', async () => {
  const pod = await podOfMachine()
  await using others = new AsyncDisposableStack()
  others.use(await startHog(THREADS, CPU_OF_HOG))
  others.use(await startLoad(RATE_PER_SECOND, throughGateway))
  await livenessBegins()
  process.stdout.write(`  ready again after ${await rebootGuest()} s\n`)
  expect(await livenessFailures(pod)).toBeGreaterThan(0)
  expect(await podOfMachine()).toBe(pod)
  const statuses = (await pods()).flatMap(({ status }) => status.containerStatuses)
  expect(statuses.filter(({ restartCount }) => restartCount > 0)).toEqual([])
})

/** How often the kubelet has found the machine not alive. @param pod such as pod/NAME */
async function livenessFailures(pod: string): Promise<number> {
  const events = ['get', 'events', `--field-selector=involvedObject.name=${pod.replace('pod/', '')},reason=Unhealthy`]
  const { stdout } = await kubectl(['-n', 'bookinfo', ...events, '--output=json'])
  const { items }: { items: { message: string; count: number }[] } = JSON.parse(stdout)
  const failures = items.filter(({ message }) => message.startsWith('Liveness'))
  return failures.reduce((sum, { count }) => sum + count, 0)
}
