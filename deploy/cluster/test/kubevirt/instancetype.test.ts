import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl } from '../support/kubectl.ts'
import { MACHINE, waitForMachines } from '../support/machine.ts'
import { applyCombination, removeOverlay } from '../support/overlay.ts'
import { untilWhole } from '../support/whole.ts'

const INSTANCE_TYPE = 'virtualmachineclusterinstancetype/u1.nano'

beforeAll(() =>
  applyCombination({ resources: ['../kubevirt'], components: ['../../components/details-vm-instancetype'] })
)
afterAll(() => removeOverlay('kubevirt'))

test('the machine has the size of its instance type, and the page is whole with its details', async () => {
  await waitForMachines(MACHINE)
  const { cpu, memory }: { cpu: { guest: number }; memory: { guest: string } } = JSON.parse(
    await read(INSTANCE_TYPE, '{.spec}')
  )
  const vmi = `vmi/${MACHINE}`
  expect(JSON.parse(await read(vmi, '{.status.currentCPUTopology}'))).toEqual({
    cores: 1,
    sockets: cpu.guest,
    threads: 1
  })
  expect(await read(vmi, '{.status.memory.guestCurrent}')).toBe(memory.guest)
  await untilWhole(() => forwardGateway('istio'))
})

async function read(object: string, path: string): Promise<string> {
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', object, `--output=jsonpath=${path}`])
  return stdout
}
