import { afterAll, beforeAll, expect, test } from 'vitest'
import { forwardGateway } from '../support/gateway.ts'
import { kubectl } from '../support/kubectl.ts'
import { applyLesson } from '../support/lesson.ts'
import {
  consoleSince,
  detailsPod,
  MACHINE,
  orderMachine,
  podOfMachine,
  rebootGuest,
  restartMachine,
  waitForMachines
} from '../support/machine.ts'
import {
  applyCombination,
  installOverlay,
  machineInTraceMode,
  removeOverlay,
  waitForDeployments
} from '../support/overlay.ts'
import { traceOfPage } from '../support/page-trace.ts'
import { until } from '../support/poll.ts'
import { readerAt } from '../support/reader.ts'
import { seeMachineShare, untilMachineAnswers } from '../support/see-machine.ts'
import { describeLoad, startLoad, throughGateway } from '../support/start-load.ts'
import { untilWhole } from '../support/whole.ts'

const RATE_PER_SECOND = 5

beforeAll(async () => {
  await installOverlay('hybrid')
  await waitForMachines(MACHINE)
  await untilWhole(() => forwardGateway('istio'))
})
afterAll(() => removeOverlay('hybrid'))

test('a machine that restarts takes up changed user-data: it sends spans, and its log lines have the id of the trace', async () => {
  await applyCombination(machineInTraceMode('hybrid'))
  await waitForDeployments()
  await restartMachine()
  await applyLesson('shifting/reviews-v3.yaml')
  await allToMachine()
  const since = new Date()
  const trace = await traceOfPage()
  const spans = trace.filter(({ service }) => service === 'details')
  expect(spans).toMatchObject([{ kind: 'server', runtime: 'vm' }])
  const parent = trace.find(({ id }) => id === spans[0]?.parent)
  expect(parent?.service).toBe('details.bookinfo')
  await until(() => consoleSince(since)).toContain(`"trace_id":"${spans[0]?.traceId}"`)
})

test('no page fails while the machine beside a container stops and starts', async () => {
  // Without weights both get requests as long as they are ready.
  await kubectl(['-n', 'bookinfo', 'delete', 'virtualservice/details'])
  await using load = await startLoad(RATE_PER_SECOND, throughGateway)
  const { name } = await detailsPod('vm')
  await orderMachine('stop')
  await kubectl(['-n', 'bookinfo', 'wait', '--for=delete', `pod/${name}`, '--timeout=5m'])
  await orderMachine('start')
  await waitForMachines(MACHINE)
  await untilMachineAnswers()
  const result = await load.stop()
  process.stdout.write(`  ${describeLoad(result)}\n`)
  expect(result.failures).toEqual([])
})

test('an eviction is refused, and the machine goes on until it can migrate', async () => {
  const { name } = await detailsPod('vm')
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'bookinfo' } }
  const evicted = kubectl(
    ['create', '--raw', `/api/v1/namespaces/bookinfo/pods/${name}/eviction`, '-f', '-'],
    JSON.stringify(eviction)
  )
  await expect(evicted).rejects.toThrow('Eviction triggered evacuation of VMI')
  await untilMachineAnswers()
  await kubectl(['-n', 'bookinfo', 'delete', 'virtualmachineinstancemigration', '--all'])
})

test('a guest that reboots keeps its pod, and answers again', async () => {
  const pod = await podOfMachine()
  process.stdout.write(`  ready again after ${await rebootGuest()} s\n`)
  expect(await podOfMachine()).toBe(pod)
  await untilMachineAnswers()
})

test('a machine that is deleted powers off within its grace period, and no page fails', async () => {
  await untilMachineAnswers()
  await using load = await startLoad(RATE_PER_SECOND, throughGateway)
  const started = performance.now()
  await kubectl(['-n', 'bookinfo', 'delete', `vm/${MACHINE}`, '--wait=true', '--timeout=5m'])
  process.stdout.write(`  gone after ${Math.round((performance.now() - started) / 1000)} s\n`)
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', 'vmi', '--output=name'])
  expect(stdout).toBe('')
  const result = await load.stop()
  process.stdout.write(`  ${describeLoad(result)}\n`)
  expect(result.failures).toEqual([])
})

async function allToMachine(): Promise<void> {
  await applyLesson('virtual-machine/details-vm-100.yaml')
  await using way = await forwardGateway('istio')
  await seeMachineShare(readerAt(way.url), 1)
}
