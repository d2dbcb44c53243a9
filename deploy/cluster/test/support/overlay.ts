import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubectl } from './kubectl.ts'

export const OVERLAYS = join(import.meta.dirname, '../../../overlays')

/** The suite's Deployments. */
export const deployments = ['productpage-v1', 'details-v1', 'reviews-v1', 'reviews-v2', 'reviews-v3', 'ratings-v1']

/** Applies an overlay as its README says, and waits until the suite's Deployments are ready. @returns warnings of the cluster */
export async function installOverlay(name: string): Promise<string> {
  const { stderr } = await kubectl(['apply', '-k', join(OVERLAYS, name)])
  await waitForDeployments()
  return stderr
}

/** A kustomization on top of an overlay. Paths are as from a folder in deploy/overlays. */
export interface Combination {
  resources: readonly string[]
  components?: readonly string[]
  secretGenerator?: readonly Generator[]
  configMapGenerator?: readonly Generator[]
  patches?: readonly { target: { kind: string; name: string }; patch: string }[]
}

/** The settings of components/details-vm/user-data.yaml, and that of components/trace-mode. */
const TRACING_USER_DATA = `#cloud-config
write_files:
- path: /etc/bookinfo/details.env
  content: |
    SHUTDOWN_DELAY_MS=3000
    SHUTDOWN_BUDGET_MS=10000
    OTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger-collector:4318
`

/** An overlay with a machine, whose services and machine send spans of their own. */
export function machineInTraceMode(overlay: 'hybrid' | 'kubevirt'): Combination {
  return {
    resources: [`../${overlay}`],
    components: ['../../components/trace-mode'],
    secretGenerator: [{ name: 'details-v1-userdata', behavior: 'replace', literals: [`userdata=${TRACING_USER_DATA}`] }]
  }
}

interface Generator {
  name: string
  behavior: string
  literals: readonly string[]
}

/** Applies a kustomization. @returns warnings of the cluster */
export async function applyCombination(combination: Combination): Promise<string> {
  return applyKustomization(JSON.stringify({ namespace: 'bookinfo', ...combination }))
}

/** Applies a kustomization in YAML. Paths in it are as from a folder in deploy/overlays. @returns warnings of the cluster */
export async function applyKustomization(text: string): Promise<string> {
  // kustomize reads no folder outside of the one with the kustomization, but for paths relative to it.
  const folder = mkdtempSync(join(OVERLAYS, 'combination-'))
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), text)
    const { stderr } = await kubectl(['apply', '-k', folder])
    return stderr
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Waits until the suite's Deployments are ready. Jaeger is left out, since a cluster may not have its image. */
export async function waitForDeployments(): Promise<void> {
  await kubectl(['-n', 'bookinfo', 'rollout', 'status', 'deployment', '--selector=app!=jaeger', '--timeout=300s'])
}

/** The image of productpage, for pods of the tests that need Node. */
export async function imageWithNode(): Promise<string> {
  const image = '--output=jsonpath={.spec.template.spec.containers[0].image}'
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', 'deployment', 'productpage-v1', image])
  return stdout
}

export async function removeOverlay(name: string): Promise<void> {
  await kubectl(['delete', '-k', join(OVERLAYS, name), '--ignore-not-found', '--timeout=300s'])
}

/** Of a pod, what the tests read. */
export interface Pod {
  metadata: { name: string; labels: Record<string, string> }
  spec: { nodeName: string; containers: { name: string; resources: { requests: { memory: string; cpu: string } } }[] }
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
