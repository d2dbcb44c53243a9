import { join } from 'node:path'
import { kubectl } from './kubectl.ts'

export const OVERLAYS = join(import.meta.dirname, '../../../overlays')

/** The suite's Deployments. Jaeger is left out, since a cluster may not have its image. */
export const deployments = ['productpage-v1', 'details-v1', 'reviews-v1', 'reviews-v2', 'reviews-v3', 'ratings-v1']

/** Applies an overlay as its README says, and waits until the suite's Deployments are ready. @returns warnings of the cluster */
export async function installOverlay(name: string): Promise<string> {
  const { stderr } = await kubectl(['apply', '-k', join(OVERLAYS, name)])
  await waitForDeployments()
  return stderr
}

export async function waitForDeployments(): Promise<void> {
  const names = deployments.map((name) => `deployment/${name}`)
  await kubectl(['-n', 'bookinfo', 'rollout', 'status', ...names, '--timeout=300s'])
}

export async function removeOverlay(name: string): Promise<void> {
  await kubectl(['delete', '-k', join(OVERLAYS, name), '--ignore-not-found', '--timeout=120s'])
}

/** Of a pod, what the tests read. */
export interface Pod {
  metadata: { name: string; labels: Record<string, string> }
  spec: { nodeName: string; containers: { resources: { requests: { memory: string } } }[] }
  status: { containerStatuses: ContainerStatus[]; initContainerStatuses?: ContainerStatus[] }
}

export interface ContainerStatus {
  name: string
  ready: boolean
  restartCount: number
}

/** Pods of the suite, without those that are ending. */
export async function pods(): Promise<Pod[]> {
  const { stdout } = await kubectl([
    '-n',
    'bookinfo',
    'get',
    'pods',
    '--selector=app in (productpage, details, reviews, ratings)',
    '--output=json'
  ])
  const { items }: { items: (Pod & { metadata: { deletionTimestamp?: string } })[] } = JSON.parse(stdout)
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}
