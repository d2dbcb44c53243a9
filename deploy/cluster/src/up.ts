import { Failure, print, requireTools } from '@bookinfo/cli'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from './certificates.ts'
import type { Cluster } from './cluster.ts'
import { startControlPlane } from './control-plane.ts'
import { importProgram, PAUSE_IMAGE } from './images.ts'
import { makeNamespaces, takeDown } from './namespaces.ts'
import { startDns, startNode, startRuntime } from './node.ts'
import { ENFORCER, enforcePolicies, enforcerPath } from './policies.ts'
import { HOLDER, pidOf } from './processes.ts'
import { buildKubernetes, requireGo } from './programs.ts'

/** The programs of a cluster that run all the time. */
export const parts = [
  HOLDER,
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'containerd',
  'kubelet',
  'kube-proxy',
  ENFORCER
]

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
  await timed('node', () => startNode(cluster, programs))
  await timed('network policies', () => enforcePolicies(cluster))
  await timed('DNS', () => startDns(cluster))
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
