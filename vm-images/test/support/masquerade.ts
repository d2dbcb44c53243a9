import { run } from '@bookinfo/images'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A pod that runs a virtual machine, another pod, and the network between; as KubeVirt and a CNI make them. */
export interface Masquerade extends AsyncDisposable {
  /** The network namespace of the pod with the machine, and the tap device and the address for the machine. */
  namespace: string
  tap: string
  mac: string
  podAddress: string
  /** Runs a program in the other pod, and returns what it writes. */
  inClientPod(program: string, ...args: string[]): Promise<string>
  /** The same in the machine's own pod, where a sidecar would be. */
  inOwnPod(program: string, ...args: string[]): Promise<string>
}

const pod = { namespace: 'bookinfo-vm', address: '10.244.77.10' }
const client = { namespace: 'bookinfo-client', address: '10.244.77.20' }
const guest = { address: '10.0.2.2', gateway: '10.0.2.1', mac: '02:00:00:77:00:02' }
const PORT = '9080'
const CLUSTER_DOMAINS = 'bookinfo.svc.cluster.local,svc.cluster.local,cluster.local'

/** pkg/network/setup/netpod/masquerade of KubeVirt 1.9, for an interface with a list of ports. */
const rules = `
table ip nat {
  chain prerouting { type nat hook prerouting priority dstnat; iifname "eth0" counter jump KUBEVIRT_PREINBOUND; }
  chain input { type nat hook input priority 100; }
  chain output { type nat hook output priority -100; ip daddr 127.0.0.1 tcp dport ${PORT} counter dnat to ${guest.address}; }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr ${guest.address} counter masquerade
    oifname "k6t-eth0" counter jump KUBEVIRT_POSTINBOUND
  }
  chain KUBEVIRT_PREINBOUND { tcp dport ${PORT} counter dnat to ${guest.address}; }
  chain KUBEVIRT_POSTINBOUND { ip saddr 127.0.0.1 tcp dport ${PORT} counter snat to ${guest.gateway}; }
}
`

/** Builds it. It takes root, and leaves nothing behind when it is disposed of. */
export async function createMasquerade(): Promise<Masquerade> {
  await using building = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-masquerade-'))
  building.defer(() => rm(folder, { recursive: true }))
  for (const { namespace } of [pod, client]) {
    await run('ip', ['netns', 'add', namespace])
    building.defer(async () => void (await run('ip', ['netns', 'delete', namespace])))
  }
  const inPod = (program: string, ...args: string[]) => run('ip', ['netns', 'exec', pod.namespace, program, ...args])
  const inClient = (program: string, ...args: string[]) =>
    run('ip', ['netns', 'exec', client.namespace, program, ...args])

  // Two pods that reach each other. A bridge between them would show no more.
  await run('ip', [
    'link',
    'add',
    'eth0',
    'netns',
    pod.namespace,
    'type',
    'veth',
    'peer',
    'eth0',
    'netns',
    client.namespace
  ])
  await inPod('ip', 'address', 'add', `${pod.address}/24`, 'dev', 'eth0')
  await inClient('ip', 'address', 'add', `${client.address}/24`, 'dev', 'eth0')
  for (const inNamespace of [inPod, inClient]) {
    await inNamespace('ip', 'link', 'set', 'lo', 'up')
    await inNamespace('ip', 'link', 'set', 'eth0', 'up')
  }

  // The machine is behind a bridge of its own.
  await inPod('ip', 'link', 'add', 'k6t-eth0', 'type', 'bridge')
  await inPod('ip', 'address', 'add', `${guest.gateway}/24`, 'dev', 'k6t-eth0')
  await inPod('ip', 'link', 'set', 'k6t-eth0', 'up')
  await inPod('ip', 'tuntap', 'add', 'dev', 'tap0', 'mode', 'tap')
  await inPod('ip', 'link', 'set', 'tap0', 'master', 'k6t-eth0', 'up')
  for (const setting of ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.route_localnet=1']) {
    await inPod('sh', '-c', `echo 1 >/proc/sys/${setting.replace('=1', '').replaceAll('.', '/')}`)
  }
  await writeFile(join(folder, 'rules'), rules)
  await inPod('nft', '--file', join(folder, 'rules'))

  // KubeVirt answers the machine's DHCP itself, with what the pod's /etc/resolv.conf says.
  const dnsmasq = spawn(
    'ip',
    [
      'netns',
      'exec',
      pod.namespace,
      'dnsmasq',
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--port=0',
      '--bind-interfaces'
    ]
      .concat([
        '--interface=k6t-eth0',
        `--dhcp-leasefile=${join(folder, 'leases')}`,
        '--user=root',
        '--dhcp-authoritative'
      ])
      .concat([`--dhcp-range=${guest.address},${guest.address},255.255.255.0,24h`])
      .concat([`--dhcp-host=${guest.mac},${guest.address}`])
      .concat([`--dhcp-option=option:router,${guest.gateway}`, '--dhcp-option=option:dns-server,10.96.0.10'])
      .concat(['--dhcp-option=option:mtu,1450', `--dhcp-option=option:domain-search,${CLUSTER_DOMAINS}`]),
    { stdio: 'ignore' }
  )
  building.defer(async () => {
    if (dnsmasq.exitCode !== null) return
    dnsmasq.kill()
    await once(dnsmasq, 'close')
  })
  const done = building.move()
  return {
    namespace: pod.namespace,
    tap: 'tap0',
    mac: guest.mac,
    podAddress: pod.address,
    inClientPod: inClient,
    inOwnPod: inPod,
    [Symbol.asyncDispose]: () => done.disposeAsync()
  }
}
