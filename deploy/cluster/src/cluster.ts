import { Failure } from '@bookinfo/cli'
import { join } from 'node:path'

/** A node of a cluster, in namespaces, control groups and a folder of its own. */
export interface Node {
  name: string
  /** The path of its control groups. */
  id: string
  /** Everything that the node writes is below this folder. */
  folder: string
  address: string
  /** Addresses of its pods. A kubelet runs at most 110 of them. */
  podRange: string
}

/** A cluster on this machine, which is its first node too: control groups and folder of both are the same. */
export interface Cluster extends Node {
  kubeconfig: string
}

/** Ranges for documentation (RFC 5737), so these addresses mean nothing outside of the namespace. */
export const POD_RANGE = '198.51.100.0/24'
export const SERVICE_RANGE = '203.0.113.0/24'
export const API_SERVICE_ADDRESS = '203.0.113.1'
export const DNS_ADDRESS = '203.0.113.10'

/** Containers need a file system below them that is on a disk: overlays cannot lie on overlays, and /tmp may be in memory. */
const CLUSTERS = '/var/tmp'

/** @throws Failure unless the name can be part of a path and of a host name */
export function clusterNamed(name: string): Cluster {
  if (!/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name))
    throw new Failure(`--name must be 1 to 20 lower-case letters, digits and dashes, got "${name}"`)
  const id = `bookinfo-${name}`
  const folder = join(CLUSTERS, `bookinfo-cluster-${name}`)
  const kubeconfig = join(folder, 'admin.kubeconfig')
  return { name, id, folder, kubeconfig, address: '192.0.2.10', podRange: '198.51.100.0/25' }
}

/** The second node of a cluster, which may have one. Its groups and its folder are below those of the cluster. */
export function secondNode({ name, id, folder }: Cluster): Node {
  const address = '192.0.2.11'
  return {
    name: `${name}-2`,
    id: `${id}/node-2`,
    folder: join(folder, 'node-2'),
    address,
    podRange: '198.51.100.128/25'
  }
}

/** The path of a file or folder of a node. */
export function pathIn({ folder }: Node, ...parts: string[]): string {
  return join(folder, ...parts)
}
