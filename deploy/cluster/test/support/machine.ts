import { expect } from 'vitest'
import { kubectl } from './kubectl.ts'

/** The virtual machine of details. */
export const MACHINE = 'details-v1-vm'

/** What virtctl calls. https://kubevirt.io/user-guide/user_workloads/lifecycle/ */
const SUBRESOURCES = '/apis/subresources.kubevirt.io/v1/namespaces/bookinfo'

const inBookinfo = ['-n', 'bookinfo']

/** Waits until machines are ready. Emulated, on a busy machine, a boot takes minutes. */
export async function waitForMachines(...names: string[]): Promise<void> {
  const machines = names.map((name) => `vm/${name}`)
  await kubectl([...inBookinfo, 'wait', '--for=condition=ready', ...machines, '--timeout=12m'])
}

/** Does what virtctl does with the same word. */
export async function orderMachine(word: 'start' | 'stop' | 'restart', name = MACHINE): Promise<void> {
  await kubectl(['replace', '--raw', `${SUBRESOURCES}/virtualmachines/${name}/${word}`, '-f', '-'], '{}')
}

/** Does what `virtctl soft-reboot` does: the guest reboots. Waits until the machine is ready again. @returns after how many seconds */
export async function rebootGuest(): Promise<number> {
  // Without its agent a guest that has just booted does not hear the order.
  await kubectl([...inBookinfo, 'wait', '--for=condition=AgentConnected', `vmi/${MACHINE}`, '--timeout=5m'])
  const started = performance.now()
  await kubectl(['replace', '--raw', `${SUBRESOURCES}/virtualmachineinstances/${MACHINE}/softreboot`, '-f', '-'], '{}')
  await kubectl([...inBookinfo, 'wait', '--for=condition=ready=false', `vmi/${MACHINE}`, '--timeout=2m'])
  await waitForMachines(MACHINE)
  return Math.round((performance.now() - started) / 1000)
}

/** What the guest agent says of the guest. */
export async function askGuest(): Promise<unknown> {
  const { stdout } = await kubectl(['get', '--raw', `${SUBRESOURCES}/virtualmachineinstances/${MACHINE}/guestosinfo`])
  return JSON.parse(stdout)
}

/** Starts a machine anew, and waits until another pod has it, ready. */
export async function restartMachine(name = MACHINE): Promise<void> {
  const pod = await podOfMachine(name)
  await orderMachine('restart', name)
  await kubectl([...inBookinfo, 'wait', '--for=delete', pod, '--timeout=5m'])
  await waitForMachines(name)
}

/** The pod around a machine, such as pod/virt-launcher-details-v1-vm-x7k2p. */
export async function podOfMachine(name = MACHINE): Promise<string> {
  const selector = `--selector=vm.kubevirt.io/name=${name}`
  const { stdout } = await kubectl([...inBookinfo, 'get', 'pods', selector, '--output=name'])
  return stdout.trim()
}

/** Waits until liveness counts for the machine, which is minutes after its start. */
export async function livenessBegins(): Promise<void> {
  const compute = '?(@.name=="compute")'
  const delay = `{.spec.containers[${compute}].livenessProbe.initialDelaySeconds}`
  const start = `{.status.containerStatuses[${compute}].state.running.startedAt}`
  const output = `--output=jsonpath=${delay} ${start}`
  const { stdout } = await kubectl([...inBookinfo, 'get', await podOfMachine(), output])
  const [delaySeconds, startedAt = ''] = stdout.split(' ')
  const dueMs = Date.parse(startedAt) + Number(delaySeconds) * 1000
  await expect.poll(() => Date.now() > dueMs, { timeout: 300_000, interval: 1_000 }).toBe(true)
}

/** Where details run. */
export type Runtime = 'container' | 'vm'

export interface DetailsPod {
  name: string
  ip: string
}

/** The pods of details that run, without those that are ending. */
export async function detailsPods(runtime: Runtime): Promise<DetailsPod[]> {
  const selector = `--selector=app=details,runtime=${runtime}`
  const running = '--field-selector=status.phase=Running'
  const { stdout } = await kubectl([...inBookinfo, 'get', 'pods', selector, running, '--output=json'])
  const { items }: { items: { metadata: { name: string; deletionTimestamp?: string }; status: { podIP: string } }[] } =
    JSON.parse(stdout)
  const staying = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  return staying.map(({ metadata: { name }, status: { podIP: ip } }) => ({ name, ip }))
}

export async function detailsPod(runtime: Runtime): Promise<DetailsPod> {
  const [pod, ...others] = await detailsPods(runtime)
  if (pod === undefined || others.length > 0)
    throw new Error(`there must be one pod of details with runtime=${runtime}`)
  return pod
}

/** The console of the machine since a time. KubeVirt has it as the log of a container. */
export async function consoleSince(since: Date): Promise<string> {
  const { name } = await detailsPod('vm')
  const log = ['logs', name, '-c', 'guest-console-log', `--since-time=${since.toISOString()}`]
  const { stdout } = await kubectl([...inBookinfo, ...log])
  return stdout
}
