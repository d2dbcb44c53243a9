import { Failure, print, requireTools } from '@bookinfo/cli'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from './certificates.ts'
import { secondNode, type Cluster } from './cluster.ts'
import { startControlPlane } from './control-plane.ts'
import { copyImages, importProgram, PAUSE_IMAGE } from './images.ts'
import { kubectl } from './kubectl.ts'
import { endNode, makeNamespaces, takeDown } from './namespaces.ts'
import { startDns, startNode, startRuntime } from './node.ts'
import { ENFORCER, enforcePolicies, enforcerPath } from './policies.ts'
import { HOLDER, pidOf } from './processes.ts'
import { buildKubernetes, requireGo } from './programs.ts'

/** The programs of a node that run all the time. */
export const nodeParts = [HOLDER, 'containerd', 'kubelet', 'kube-proxy', ENFORCER]

/** Those of a cluster with one node. */
export const parts = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', ...nodeParts]

/** How long the pods of a new node take at most that are on every node. */
const DAEMONS_S = 300
/** How long its pods take at most to end. */
const DRAIN_S = 300

/**
 * Brings a cluster up, unless it runs. Prints each step with its seconds.
 *
 * @throws Failure if something is missing or does not start
 */
export async function bringUp(cluster: Cluster): Promise<void> {
  await requireSystem()
  if (runs(cluster)) return print(`the cluster "${cluster.name}" runs already`)
  // What is left of a cluster that was interrupted, or of one before a restart of the machine.
  await takeDown(cluster)
  const programs = await buildKubernetes()
  await enforcerPath()
  mkdirSync(cluster.folder, { recursive: true })
  await timed('namespaces and certificates', async () => {
    await makeNamespaces(cluster, join(programs, 'pause'))
    await makeCertificates(cluster)
  })
  await timed('control plane', () => startControlPlane(cluster, programs))
  await timed('container runtime', async () => {
    await startRuntime(cluster)
    await importProgram(cluster, { reference: PAUSE_IMAGE, program: join(programs, 'pause'), entrypoint: '/pause' })
    const dns = {
      reference: 'docker.io/library/coredns:bookinfo',
      program: join(programs, 'kube'),
      entrypoint: '/coredns'
    }
    await importProgram(cluster, dns)
  })
  await timed('node', () => startNode(cluster, cluster, programs))
  await timed('network policies', () => enforcePolicies(cluster, cluster))
  await timed('DNS', () => startDns(cluster))
}

/** Gives a cluster a second node with all images of the first one, unless it has one. Prints each step with its seconds. */
export async function addNode(cluster: Cluster): Promise<void> {
  const node = secondNode(cluster)
  if (nodeParts.every((name) => pidOf(node, name) !== undefined)) return print(`the node "${node.name}" runs already`)
  // What is left of one that was interrupted.
  await endNode(node)
  const programs = await buildKubernetes()
  await timed('namespaces', () => makeNamespaces(node, join(programs, 'pause'), cluster))
  await timed('container runtime', () => startRuntime(node))
  await timed('images', () => copyImages(cluster, node))
  await timed('node', () => startNode(cluster, node, programs))
  await timed('network policies', () => enforcePolicies(cluster, node))
  await timed('pods that are on every node', async () => {
    const names = '--output=jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}'
    const daemonSets = (await kubectl(cluster, ['get', 'daemonset', '--all-namespaces', names]))
      .split('\n')
      .filter(Boolean)
    for (const [namespace = '', name] of daemonSets.map((line) => line.split(' ')))
      await kubectl(cluster, ['-n', namespace, 'rollout', 'status', `daemonset/${name}`, `--timeout=${DAEMONS_S}s`])
  })
}

/** Drains the second node, and takes it away. */
export async function removeNode(cluster: Cluster): Promise<void> {
  const node = secondNode(cluster)
  const drain = ['drain', node.name, '--ignore-daemonsets', '--delete-emptydir-data', '--force']
  await kubectl(cluster, [...drain, `--timeout=${DRAIN_S}s`])
  await kubectl(cluster, ['delete', 'node', node.name])
  await endNode(node)
}

/** Whether all parts of a cluster run. */
export function runs(cluster: Cluster): boolean {
  return parts.every((name) => pidOf(cluster, name) !== undefined)
}

/** Runs a step, and prints how long it took. */
export async function timed<T>(what: string, step: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await step()
  print(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return result
}

async function requireSystem(): Promise<void> {
  const instead = 'Use kind or any other cluster instead: all but "npm run cluster" works there too'
  if (process.platform !== 'linux')
    throw new Failure(`npm run cluster needs Linux, and this is ${process.platform}. ${instead}`)
  if (process.getuid?.() !== 0)
    throw new Failure(`npm run cluster makes namespaces and control groups: run it as root. ${instead}`)
  if (!existsSync('/sys/fs/cgroup'))
    throw new Failure(`npm run cluster needs control groups at /sys/fs/cgroup. ${instead}`)
  await requireTools('npm run cluster', {
    '/usr/bin/etcd': { inPackage: 'etcd-server' },
    '/usr/bin/containerd': { inPackage: 'containerd' },
    '/usr/lib/cni/ptp': { inPackage: 'containernetworking-plugins' },
    runc: { inPackage: 'runc' },
    ip: { inPackage: 'iproute2', version: '-Version' },
    nft: { inPackage: 'nftables' },
    ipset: { inPackage: 'ipset', version: 'version' },
    iptables: { inPackage: 'iptables' },
    openssl: { inPackage: 'openssl', version: 'version' },
    buildah: { inPackage: 'buildah' },
    podman: { inPackage: 'podman' }
  })
  await requireGo()
}
