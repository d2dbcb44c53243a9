import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl } from '../support/kubectl.ts'
import { detailsPods, waitForMachines } from '../support/machine.ts'
import { applyKustomization, removeOverlay } from '../support/overlay.ts'
import { kustomizationOf } from '../support/page.ts'
import { until } from '../support/poll.ts'
import { describeLoad, startLoad, throughGateway } from '../support/start-load.ts'
import { untilWhole } from '../support/whole.ts'

const RATE_PER_SECOND = 5

const POOL = 'vmpool/details-v1-vm'
const machines = ['details-v1-vm-0', 'details-v1-vm-1']
const kustomization = kustomizationOf('deploy/components/details-vm-pool/README.md')

/** A setting of components/details-vm/user-data.yaml, changed. Its Secret gets another name, and so the template changes. */
const userData = [
  '#cloud-config',
  'write_files:',
  '- path: /etc/bookinfo/details.env',
  '  content: SHUTDOWN_DELAY_MS=4000',
  ''
]
const secret = { name: 'details-v1-userdata', behavior: 'replace', literals: [`userdata=${userData.join('\n')}`] }

beforeAll(async () => {
  await applyKustomization(kustomization)
  for (const name of machines) await kubectl(['-n', 'bookinfo', 'wait', '--for=create', `vm/${name}`, '--timeout=2m'])
  await waitForMachines(...machines)
  await untilWhole(() => forwardGateway('istio'))
})
afterAll(() => removeOverlay('kubevirt'))

test('no page fails while the pool replaces its machines one by one, because their user-data have changed', async () => {
  const before = (await detailsPods('vm')).map(({ name }) => name)
  expect(before).toHaveLength(machines.length)
  await using load = await startLoad(RATE_PER_SECOND, throughGateway)
  const started = performance.now()
  await applyKustomization(`${kustomization}secretGenerator: ${JSON.stringify([secret])}\n`)
  for (const name of before) await kubectl(['-n', 'bookinfo', 'wait', '--for=delete', `pod/${name}`, '--timeout=10m'])
  await waitForMachines(...machines)
  const seconds = Math.round((performance.now() - started) / 1000)
  const result = await load.stop()
  process.stdout.write(`  after ${seconds} s: ${describeLoad(result)}\n`)
  expect(result.failures).toEqual([])
})

test('the autoscaler finds the size of the pool, and brings it back to its least number of machines', async () => {
  await kubectl(['-n', 'bookinfo', 'scale', POOL, '--replicas=1'])
  await until(() => read('{.spec.replicas}')).toBe('2')
  const condition = '--output=jsonpath={.status.conditions[?(@.type=="AbleToScale")].status}'
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', 'hpa/details-v1-vm', condition])
  expect(stdout).toBe('True')
})

async function read(path: string): Promise<string> {
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', POOL, `--output=jsonpath=${path}`])
  return stdout
}
