import { run, works } from '@bookinfo/cli'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathIn, type Cluster } from './cluster.ts'
import { inNetwork } from './processes.ts'
import { buildKubernetes } from './programs.ts'

/** Runs kubectl on a cluster. @returns its stdout @throws Failure with its stderr */
export async function kubectl(cluster: Cluster, args: readonly string[]): Promise<string> {
  return run(...(await commandLine(cluster, args)))
}

/** Whether kubectl succeeds on a cluster. */
export async function kubectlWorks(cluster: Cluster, args: readonly string[]): Promise<boolean> {
  return works(...(await commandLine(cluster, args)))
}

async function commandLine(cluster: Cluster, args: readonly string[]): Promise<Parameters<typeof works>> {
  const [program = '', ...all] = [...inNetwork(cluster), await kubectlPath(), ...args]
  return [program, all, { KUBECONFIG: cluster.kubeconfig }]
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

/** Whether the API server answers and is ready. */
export function isReady(cluster: Cluster): Promise<boolean> {
  return kubectlWorks(cluster, ['get', '--raw', '/readyz'])
}
