import { afterAll, beforeAll, expect, test } from 'vitest'
import { machineLessons } from './machine-lessons.ts'
import { runContractTests } from '../support/contract.ts'
import { forwardGateway } from '../support/gateway.ts'
import type { Forward } from '../support/kubectl.ts'
import { applyLesson, lessonFiles, undoLesson } from '../support/lesson.ts'
import { askGuest, detailsPod, MACHINE, waitForMachines } from '../support/machine.ts'
import { measureMemory } from '../support/memory.ts'
import { answersWithoutSidecar } from '../support/outsider.ts'
import { installOverlay, pods, removeOverlay } from '../support/overlay.ts'
import { commandsOf, execute } from '../support/page.ts'
import { until } from '../support/poll.ts'
import { readerAt } from '../support/reader.ts'
import { seeMachineShare } from '../support/see-machine.ts'
import { describeLoad, startLoad, throughGateway } from '../support/start-load.ts'
import { giveCertificate, type Certificate } from '../support/tls.ts'
import { untilWhole } from '../support/whole.ts'

/** Pages a second while requests move to the machine. An emulated machine answers about ten times as many. */
const RATE_PER_SECOND = 5

/** The guest has used that much when it is ready. */
const LEAST_MIB = 200

/** The share of the machine after each command of the page that applies a lesson. */
const shares: Record<string, number> = { 'details-vm-10': 0.1, 'details-vm-50': 0.5, 'details-vm-100': 1 }

let warnings = ''
let way: Forward
let certificate: Certificate

beforeAll(async () => {
  warnings = await installOverlay('hybrid')
  await waitForMachines(MACHINE)
  certificate = await giveCertificate('istio')
  await untilWhole(() => forwardGateway('istio'))
  way = await forwardGateway('istio')
})
afterAll(async () => {
  await way[Symbol.asyncDispose]()
  await certificate[Symbol.asyncDispose]()
  await removeOverlay('hybrid')
})

test('the machine is ready with its sidecar without a restart, and the cluster has warned of nothing', async () => {
  const machine = (await pods()).find(({ metadata }) => metadata.labels['runtime'] === 'vm')
  const { containerStatuses = [], initContainerStatuses = [] } = machine?.status ?? {}
  expect(warnings).toBe('')
  expect(initContainerStatuses.map(({ name }) => name)).toContain('istio-proxy')
  expect(containerStatuses.map(({ name }) => name)).toContain('compute')
  expect(containerStatuses.filter(({ ready, restartCount }) => !ready || restartCount > 0)).toEqual([])
})

test('the guest agent tells the system of the guest', async () => {
  await until(askGuest).toMatchObject({ os: { id: 'debian', versionId: '13' }, hostname: MACHINE })
  expect(await askGuest()).not.toHaveProperty('userList')
})

test.each(['container', 'vm'] as const)('the contract tests of details pass against the %s', async (runtime) => {
  const result = await runContractTests((await detailsPod(runtime)).name)
  process.stdout.write(`  ${runtime}: ${result}\n`)
  expect(result).toMatch(/^Tests +\d+ passed \(\d+\)$/)
})

test('a caller without a certificate of the mesh gets no answer from any port of the machine', async () => {
  const { ip } = await detailsPod('vm')
  const ports = [22, 80, 3306, 8080, 9080, 9229]
  expect(await answersWithoutSidecar(ip, ports)).toEqual(Object.fromEntries(ports.map((port) => [port, ''])))
})

test('no request is lost on the way from the container to the machine, by the commands of the page, and back', async () => {
  const reader = readerAt(way.url)
  await using load = await startLoad(RATE_PER_SECOND, throughGateway)
  const [move, onlyMachine] = splitAt(commandsOf('deploy/README.md', 'From container to virtual machine, and back'))
  expect(onlyMachine).toHaveLength(3)
  for (const command of move) {
    await execute(command)
    const share = Object.entries(shares).find(([lesson]) => command.includes(`/${lesson}.yaml`))?.[1]
    if (share !== undefined) await seeMachineShare(reader, share)
  }
  await seeMachineShare(reader, 1)

  for (const command of ['scale deployment/details-v1 --replicas 1', 'rollout status deployment/details-v1'])
    await execute(`kubectl -n bookinfo ${command}`)
  for (const [lesson, share] of [
    ['details-vm-50', 0.5],
    ['details-vm-10', 0.1],
    ['details-vm-0', 0]
  ] as const) {
    await applyLesson(`virtual-machine/${lesson}.yaml`)
    await seeMachineShare(reader, share)
  }
  const result = await load.stop()
  process.stdout.write(`  ${describeLoad(result)}\n`)
  expect(result.failures).toEqual([])
})

test('every lesson of the virtual machine is run', () => {
  const lessons = lessonFiles.filter((file) => file.startsWith('virtual-machine/'))
  expect(Object.keys(machineLessons).toSorted()).toEqual(lessons)
})

test.each(Object.entries(machineLessons))('%s', async (file, see) => {
  expect.hasAssertions()
  try {
    await applyLesson(file)
    await see(readerAt(way.url), certificate)
  } finally {
    await undoLesson(file, 'hybrid')
  }
})

test('the pod of the machine uses less memory than it asks for', async () => {
  const { name } = await detailsPod('vm')
  const machine = (await measureMemory()).find(({ pod }) => pod === name)
  process.stdout.write(`  ${machine?.usedMiB} of ${machine?.askedMiB} MiB\n`)
  expect(machine?.usedMiB).toBeGreaterThan(LEAST_MIB)
  expect(machine?.usedMiB).toBeLessThanOrEqual(machine?.askedMiB ?? 0)
})

/** The commands up to the one that scales the container to 0, and those after it, which replace it for good. */
function splitAt(commands: readonly string[]): [string[], string[]] {
  const end = commands.findIndex((command) => command.includes('--replicas 0')) + 1
  return [commands.slice(0, end), commands.slice(end)]
}
