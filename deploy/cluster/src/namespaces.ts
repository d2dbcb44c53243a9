import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@bookinfo/cli'
import { makeCgroups, processesOf, removeCgroups } from './cgroups.ts'
import { NODE_ADDRESS, pathIn, type Cluster } from './cluster.ts'
import { HOLDER, launch, pidOf, untilWorking } from './processes.ts'

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

/** Makes the namespaces and the control groups of a cluster. @param init a program that waits and takes care of orphans */
export async function makeNamespaces(cluster: Cluster, init: string): Promise<void> {
  makeCgroups(cluster)
  const layers = covered.flatMap((path) => [`upper${path}`, `work${path}`])
  for (const folder of ['run/cgroup', 'run/settings', ...layers, ...onDisk.map((path) => `disk${path}`)])
    mkdirSync(pathIn(cluster, folder), { recursive: true })
  const settled = pathIn(cluster, 'run/settled')
  const script = [...mountLines(cluster), ...networkLines(), `touch ${settled}`, `exec ${init}`].join('\n')
  const unshare = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child']
  launch(cluster, HOLDER, [...unshare, 'sh', '-ec', script])
  await untilWorking(cluster, HOLDER, { check: () => existsSync(settled), timeoutMs: START_MS })
}

/** Ends everything in the namespaces, which removes them, then the control groups and the folder. Nothing is left on the machine. */
export async function takeDown(cluster: Cluster): Promise<void> {
  const holder = pidOf(cluster, HOLDER)
  if (holder !== undefined) process.kill(holder, 'SIGKILL')
  const started = Date.now()
  while (processesOf(cluster).length > 0) {
    if (Date.now() - started > END_MS)
      throw new Failure(
        `processes ${processesOf(cluster).join(', ')} of the cluster do not end: kill them and try again`
      )
    await sleep(POLL_MS)
  }
  removeCgroups(cluster)
  rmSync(cluster.folder, { recursive: true, force: true })
}

function mountLines(cluster: Cluster): string[] {
  const groups = pathIn(cluster, 'run/cgroup')
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
      const layers = `lowerdir=${folder},upperdir=${pathIn(cluster, 'upper', folder)},workdir=${pathIn(cluster, 'work', folder)}`
      return `mount -t overlay overlay -o ${layers} ${folder}`
    }),
    ...onDisk.flatMap((folder) => [`mkdir -p ${folder}`, `mount --bind ${pathIn(cluster, 'disk', folder)} ${folder}`]),
    // Debian has the plugins elsewhere than other programs expect them.
    'mkdir -p /opt/cni/bin',
    'ln -sf /usr/lib/cni/* /opt/cni/bin/',
    ...Object.entries(kernelSettings).flatMap(([name, value]) => {
      const file = pathIn(cluster, 'run/settings', name.replace('/', '.'))
      return [`echo ${value} >${file}`, `mount --bind ${file} /proc/sys/${name}`]
    }),
    'mount --make-rshared /'
  ]
}

function networkLines(): string[] {
  return [
    'ip link set lo up',
    // One end of a pair has the node's address. Not every kernel has dummy devices.
    'ip link add node0 type veth peer name node0-peer',
    'ip link set node0 up',
    'ip link set node0-peer up',
    `ip address add ${NODE_ADDRESS}/24 dev node0`,
    'ip route add default dev node0',
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  ]
}
