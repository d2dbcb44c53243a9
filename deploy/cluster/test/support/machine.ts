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

/** What the guest agent says of the guest. */
export async function askGuest(): Promise<unknown> {
  const { stdout } = await kubectl(['get', '--raw', `${SUBRESOURCES}/virtualmachineinstances/${MACHINE}/guestosinfo`])
  return JSON.parse(stdout)
}

/** Starts the machine anew, and waits until another pod has it, ready. */
export async function restartMachine(): Promise<void> {
  const before = await detailsPod('vm')
  await orderMachine('restart')
  await kubectl([...inBookinfo, 'wait', '--for=delete', `pod/${before.name}`, '--timeout=5m'])
  await waitForMachines(MACHINE)
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
