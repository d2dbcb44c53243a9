import { Failure } from '@bookinfo/cli'
import { join } from 'node:path'

/** A cluster of one node on this machine, in namespaces, control groups and a folder of its own. */
export interface Cluster {
  name: string
  /** The name of its control groups and of its contexts for kubectl. */
  id: string
  /** Everything that the cluster writes is below this folder. */
  folder: string
  kubeconfig: string
}

/** Ranges for documentation (RFC 5737), so these addresses mean nothing outside of the namespace. */
export const NODE_ADDRESS = '192.0.2.10'
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
  return { name, id, folder, kubeconfig: join(folder, 'admin.kubeconfig') }
}

/** The path of a file or folder of the cluster. */
export function pathIn({ folder }: Cluster, ...parts: string[]): string {
  return join(folder, ...parts)
}
