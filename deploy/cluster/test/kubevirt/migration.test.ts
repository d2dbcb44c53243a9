import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl } from '../support/kubectl.ts'
import { applyLesson } from '../support/lesson.ts'
import { MACHINE, waitForMachines } from '../support/machine.ts'
import { installOverlay, removeOverlay } from '../support/overlay.ts'
import { readerAt } from '../support/reader.ts'
import { giveSecondNode } from '../support/second-node.ts'
import { product } from '../support/see.ts'
import { countAnswers, untilMachineAnswers } from '../support/see-machine.ts'
import { describeLoad, startLoad, throughGateway } from '../support/start-load.ts'
import { untilWhole } from '../support/whole.ts'

const RATE_PER_SECOND = 5

/** Requests before a migration. A service that has started anew cannot have answered half of them when it is asked. */
const REQUESTS = 400

/** KubeVirt asks a new pod for its readiness after ten seconds, of which the migration takes a few. */
const AWAY_S = 30
const LACKS_DETAILS = 'product details are currently unavailable for this book.'

let second: AsyncDisposable

beforeAll(async () => {
  second = await giveSecondNode()
  await installOverlay('hybrid')
  await waitForMachines(MACHINE)
  await untilWhole(() => forwardGateway('istio'))
})
afterAll(async () => {
  await removeOverlay('hybrid')
  await second[Symbol.asyncDispose]()
})

test('a drain moves the machine to the other node while it runs, and no page fails where a container stands beside', async () => {
  // Without weights both get requests as long as they are ready, and a retry goes to the other one.
  const route = [{ op: 'replace', path: '/spec/http/0/route', value: [{ destination: { host: 'details' } }] }]
  const patch = ['patch', 'virtualservice/details', '--type=json', `--patch=${JSON.stringify(route)}`]
  await kubectl(['-n', 'bookinfo', ...patch])
  expect(await drainUnderLoad()).toEqual([])
})

test('a drain moves a machine that is alone, and pages lack its details only for a while', async () => {
  await applyLesson('virtual-machine/details-vm-100.yaml')
  const failures = await drainUnderLoad()
  expect(failures.filter((failure) => !failure.endsWith(LACKS_DETAILS))).toEqual([])
  expect(failures.length).toBeLessThan(AWAY_S * RATE_PER_SECOND)
})

/** Drains the machine's node of the machine, and expects that it runs on, on another node. @returns requests that failed meanwhile */
async function drainUnderLoad(): Promise<readonly string[]> {
  const node = await nodeOfMachine()
  const answers = await askOften()
  await using load = await startLoad(RATE_PER_SECOND, throughGateway)
  const started = performance.now()
  try {
    const options = ['--pod-selector=app=details,runtime=vm', '--delete-emptydir-data', '--timeout=10m']
    await kubectl(['drain', node, ...options])
  } finally {
    await kubectl(['uncordon', node])
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  // The same process goes on counting.
  expect((await countAnswers()).vm).toBeGreaterThan(answers)
  expect(await nodeOfMachine()).not.toBe(node)
  await untilMachineAnswers()
  const result = await load.stop()
  process.stdout.write(`  drained after ${seconds} s: ${describeLoad(result)}\n`)
  return result.failures
}

async function nodeOfMachine(): Promise<string> {
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', `vmi/${MACHINE}`, '--output=jsonpath={.status.nodeName}'])
  return stdout
}

/** @returns how many requests the machine has answered since its service started */
async function askOften(): Promise<number> {
  await untilMachineAnswers()
  await using way = await forwardGateway('istio')
  const reader = readerAt(way.url)
  for (let request = 0; request < REQUESTS; request++) expect((await reader.ask(product)).status).toBe(200)
  const { vm } = await countAnswers()
  expect(vm).toBeGreaterThan(REQUESTS / 4)
  return vm
}
