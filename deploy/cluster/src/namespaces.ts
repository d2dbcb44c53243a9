import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@bookinfo/cli'
import { makeCgroups, processesOf, removeCgroups } from './cgroups.ts'
import { pathIn, secondNode, type Cluster, type Node } from './cluster.ts'
import { HOLDER, innerHolder, inNetwork, launch, pidOf, untilWorking } from './processes.ts'

const START_MS = 10_000
const END_MS = 20_000
const POLL_MS = 100

/**
 * What the kubelet would set for the whole machine. The cluster has files in their place that say it is set, so the machine keeps
 * its own.
 */
const kernelSettings = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1
}

/** Folders of the machine that programs of the cluster write to. The cluster sees them, and has what it writes for itself. */
const covered = ['/etc', '/opt', '/var/lib']

/** Folders that must not lie on an overlay, since overlays lie on them or their size is measured. */
const onDisk = ['/var/lib/containerd', '/var/lib/kubelet']

/**
 * Makes the namespaces and the control groups of a node.
 *
 * @param init a program that waits and takes care of orphans
 * @param first the first node, for a second one, whose network is connected to it
 */
export async function makeNamespaces(node: Node, init: string, first?: Node): Promise<void> {
  makeCgroups(node)
  const layers = covered.flatMap((path) => [`upper${path}`, `work${path}`])
  for (const folder of ['run/cgroup', 'run/settings', ...layers, ...onDisk.map((path) => `disk${path}`)])
    mkdirSync(pathIn(node, folder), { recursive: true })
  const settled = pathIn(node, 'run/settled')
  const network = first === undefined ? firstNetwork(node) : secondNetwork(node, first)
  const script = [...network, ...mountLines(node), `touch ${settled}`, `exec ${init}`].join('\n')
  const unshare = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child']
  launch(node, HOLDER, [...unshare, 'sh', '-ec', script])
  await untilWorking(node, HOLDER, { check: () => existsSync(settled), timeoutMs: START_MS })
}

/** Ends all nodes of a cluster. Nothing is left on the machine. */
export async function takeDown(cluster: Cluster): Promise<void> {
  for (const node of [secondNode(cluster), cluster]) await endNode(node)
}

/** Ends everything in a node's namespaces, which removes them, then its control groups and its folder. */
export async function endNode(node: Node): Promise<void> {
  const holder = pidOf(node, HOLDER)
  if (holder !== undefined) process.kill(holder, 'SIGKILL')
  const started = Date.now()
  while (processesOf(node).length > 0) {
    if (Date.now() - started > END_MS)
      throw new Failure(`processes ${processesOf(node).join(', ')} of the cluster do not end: kill them and try again`)
    await sleep(POLL_MS)
  }
  removeCgroups(node)
  rmSync(node.folder, { recursive: true, force: true })
}

function mountLines(node: Node): string[] {
  const groups = pathIn(node, 'run/cgroup')
  return [
    'mount --make-rprivate /',
    // The /sys of a machine shows the machine's network.
    `mount --rbind /sys/fs/cgroup ${groups}`,
    'mount -t sysfs sysfs /sys',
    `mount --move ${groups} /sys/fs/cgroup`,
    'mount -t proc proc /proc',
    'mount -t tmpfs tmpfs /run',
    'mkdir /run/lock /run/netns',
    ...covered.map((folder) => {
      const layers = `lowerdir=${folder},upperdir=${pathIn(node, 'upper', folder)},workdir=${pathIn(node, 'work', folder)}`
      return `mount -t overlay overlay -o ${layers} ${folder}`
    }),
    ...onDisk.flatMap((folder) => [`mkdir -p ${folder}`, `mount --bind ${pathIn(node, 'disk', folder)} ${folder}`]),
    // Debian has the plugins elsewhere than other programs expect them.
    'mkdir -p /opt/cni/bin',
    'ln -sf /usr/lib/cni/* /opt/cni/bin/',
    ...Object.entries(kernelSettings).flatMap(([name, value]) => {
      const file = pathIn(node, 'run/settings', name.replace('/', '.'))
      return [`echo ${value} >${file}`, `mount --bind ${file} /proc/sys/${name}`]
    }),
    'mount --make-rshared /'
  ]
}

function firstNetwork(node: Node): string[] {
  return [
    // One end of a pair has the node's address. Not every kernel has dummy devices.
    'ip link add node0 type veth peer name node0-peer',
    'ip link set node0-peer up',
    ...networkLines(node),
    'ip route add default dev node0'
  ]
}

/** The other end of the pair is in the first node, which knows the way to this node and its pods by it. */
function secondNetwork(node: Node, first: Node): string[] {
  const inFirst = inNetwork(first).join(' ')
  return [
    `ip link add node0 type veth peer name node1 netns /proc/${innerHolder(first)}/ns/net`,
    `${inFirst} ip link set node1 up`,
    ...networkLines(node),
    `ip route add default via ${first.address}`,
    `${inFirst} ip route add ${node.address} dev node1 src ${first.address}`,
    `${inFirst} ip route add ${node.podRange} via ${node.address} dev node1`
  ]
}

function networkLines({ address }: Node): string[] {
  return [
    'ip link set lo up',
    'ip link set node0 up',
    `ip address add ${address}/24 dev node0`,
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  ]
}
