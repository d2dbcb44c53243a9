import { kubectl } from './kubectl.ts'
import { pods } from './overlay.ts'

/** Memory of a pod's first container, which is that of the service or of the machine. */
export interface Memory {
  pod: string
  usedMiB: number
  askedMiB: number
}

/** Bytes of the units that Kubernetes writes. */
const units: Record<string, number> = { '': 1, M: 1e6, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }

/** What the kubelet counts when it decides whom to evict. It counts every ten seconds or so. */
export async function measureMemory(): Promise<Memory[]> {
  const all = await pods()
  const usage = await readUsage(all.map(({ spec }) => spec.nodeName))
  return all.map(({ metadata: { name: pod }, spec: { containers } }) => {
    const [container] = containers
    const used = usage.get(`${pod}/${container?.name}`) ?? 0
    return { pod, usedMiB: inMiB(used), askedMiB: inMiB(bytesOf(container?.resources.requests.memory ?? '0')) }
  })
}

/** Bytes by pod and container. */
async function readUsage(nodes: readonly string[]): Promise<Map<string, number>> {
  const usage = new Map<string, number>()
  for (const node of new Set(nodes)) {
    const { stdout } = await kubectl(['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`])
    const { pods: counted }: { pods: CountedPod[] } = JSON.parse(stdout)
    for (const { podRef, containers } of counted)
      for (const { name, memory } of containers ?? [])
        if (memory) usage.set(`${podRef.name}/${name}`, memory.workingSetBytes)
  }
  return usage
}

interface CountedPod {
  podRef: { name: string }
  containers?: { name: string; memory?: { workingSetBytes: number } }[]
}

function bytesOf(quantity: string): number {
  const [, amount, unit = ''] = /^(\d+)(\w*)$/.exec(quantity) ?? []
  const size = units[unit]
  if (amount === undefined || size === undefined) throw new Error(`unknown quantity of memory "${quantity}"`)
  return Number(amount) * size
}

function inMiB(bytes: number): number {
  return Math.round(bytes / 2 ** 20)
}
