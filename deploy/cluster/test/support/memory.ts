import { kubectl } from './kubectl.ts'
import { pods } from './overlay.ts'

/** Memory of a pod's first container, which is that of the service or of the machine. */
export interface Memory {
  pod: string
  usedMiB: number
  askedMiB: number
}

/** CPU of a pod's first container, in thousandths of one. */
export interface Cpu {
  pod: string
  usedMilli: number
  askedMilli: number
}

/** Bytes of the units that Kubernetes writes. */
const units: Record<string, number> = { '': 1, M: 1e6, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }

/** What the kubelet counts when it decides whom to evict. It counts every ten seconds or so. */
export async function measureMemory(): Promise<Memory[]> {
  return (await readUsage()).map(({ pod, asked, counted }) => ({
    pod,
    usedMiB: inMiB(counted?.memory?.workingSetBytes ?? 0),
    askedMiB: inMiB(bytesOf(asked?.memory ?? '0'))
  }))
}

/** What was used between the kubelet's last two counts. Before the second one it is not known. */
export async function measureCpu(): Promise<Cpu[]> {
  return (await readUsage()).map(({ pod, asked, counted }) => ({
    pod,
    usedMilli: Math.round((counted?.cpu?.usageNanoCores ?? NaN) / 1e6),
    askedMilli: milliOf(asked?.cpu ?? '0')
  }))
}

async function readUsage() {
  const all = await pods()
  const counted: CountedPod[] = []
  for (const node of new Set(all.map(({ spec }) => spec.nodeName))) {
    const { stdout } = await kubectl(['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`])
    const { pods: ofNode }: { pods: CountedPod[] } = JSON.parse(stdout)
    counted.push(...ofNode)
  }
  return all.map(({ metadata: { name: pod }, spec: { containers } }) => {
    const [first] = containers
    const ofPod = counted.find(({ podRef }) => podRef.name === pod)
    return {
      pod,
      asked: first?.resources.requests,
      counted: ofPod?.containers?.find(({ name }) => name === first?.name)
    }
  })
}

interface CountedPod {
  podRef: { name: string }
  containers?: { name: string; memory?: { workingSetBytes: number }; cpu?: { usageNanoCores?: number } }[]
}

/** @param quantity such as "50m" or "1" */
function milliOf(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000
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
