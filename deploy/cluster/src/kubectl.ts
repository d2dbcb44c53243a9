import { run } from '@bookinfo/cli'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathIn, type Cluster } from './cluster.ts'
import { inNetwork } from './processes.ts'
import { buildKubernetes } from './programs.ts'

/** Runs kubectl on a cluster. @returns its stdout @throws Failure with its stderr */
export async function kubectl(cluster: Cluster, args: readonly string[]): Promise<string> {
  const [program = '', ...all] = [...inNetwork(cluster), await kubectlPath(), ...args]
  return run(program, all, { KUBECONFIG: cluster.kubeconfig })
}

export async function kubectlPath(): Promise<string> {
  return join(await buildKubernetes(), 'kubectl')
}

/** Applies manifests on the server's side. @param manifests YAML or JSON */
export async function apply(cluster: Cluster, manifests: string): Promise<void> {
  const file = pathIn(cluster, 'run/manifests.yaml')
  writeFileSync(file, manifests)
  await kubectl(cluster, ['apply', '--server-side', '--force-conflicts', '--filename', file])
}

/** Waits until every Deployment, or the one that is named, runs as it should. */
export async function waitForRollout(
  cluster: Cluster,
  { namespace, deployment, timeoutMs }: { namespace: string; deployment?: string; timeoutMs: number }
): Promise<void> {
  const target = deployment === undefined ? 'deployment' : `deployment/${deployment}`
  await kubectl(cluster, ['-n', namespace, 'rollout', 'status', target, `--timeout=${timeoutMs / 1000}s`])
}

/** Whether the API server answers and is ready. */
export function isReady(cluster: Cluster): Promise<boolean> {
  return kubectl(cluster, ['get', '--raw', '/readyz']).then(
    () => true,
    () => false
  )
}
