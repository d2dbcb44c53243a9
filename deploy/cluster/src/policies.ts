import { join } from 'node:path'
import { SERVICE_RANGE, type Cluster, type Node } from './cluster.ts'
import { start, untilWorking, worksInside } from './processes.ts'
import { buildPrograms, moduleVersion } from './programs.ts'

/** The Go module of kube-router. Of its parts only the one for network policies runs. */
const SOURCES = join(import.meta.dirname, '../policies')

const MODULE = 'github.com/cloudnativelabs/kube-router/v2'

const START_MS = 60_000

export const ENFORCER = 'kube-router'

/** Builds kube-router, unless this user's cache has it. @returns the path of the program */
export async function enforcerPath(): Promise<string> {
  const folder = await buildPrograms({
    name: ENFORCER,
    version: moduleVersion(SOURCES, MODULE),
    module: SOURCES,
    packages: [`${MODULE}/cmd/${ENFORCER}`]
  })
  return join(folder, ENFORCER)
}

/** Enforces network policies on a node from now on. */
export async function enforcePolicies(cluster: Cluster, node: Node): Promise<void> {
  start(node, ENFORCER, [
    await enforcerPath(),
    '--run-firewall=true',
    '--run-router=false',
    '--run-service-proxy=false',
    `--kubeconfig=${cluster.kubeconfig}`,
    `--hostname-override=${node.name}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--health-port=0'
  ])
  const check = () => worksInside(node, ['iptables', '--list-rules', 'KUBE-ROUTER-FORWARD'])
  await untilWorking(node, ENFORCER, { check, timeoutMs: START_MS })
}
