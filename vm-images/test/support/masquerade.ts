import { run } from '@bookinfo/cli'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A pod that runs a virtual machine, another pod, and the network between them, as KubeVirt and a CNI make them. */
export interface Masquerade extends AsyncDisposable {
  /** The network namespace of the machine's pod, and the machine's tap device and MAC address. */
  namespace: string
  tap: string
  mac: string
  podAddress: string
  /** Runs a program in the other pod and returns its output. */
  inClientPod(program: string, ...args: string[]): Promise<string>
  /** The same in the machine's own pod, like a sidecar. */
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

/** Builds the pods, as root. Disposing of them removes everything. */
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
  const ip = (command: string) => run('ip', command.split(' '))

  // Two pods that reach each other directly. A bridge between them would not test more.
  await ip(`link add eth0 netns ${pod.namespace} type veth peer eth0 netns ${client.namespace}`)
  for (const { namespace, address } of [pod, client]) {
    await ip(`-netns ${namespace} address add ${address}/24 dev eth0`)
    for (const device of ['lo', 'eth0']) await ip(`-netns ${namespace} link set ${device} up`)
  }

  // The machine's own bridge.
  const inPodIp = (command: string) => ip(`-netns ${pod.namespace} ${command}`)
  await inPodIp('link add k6t-eth0 type bridge')
  await inPodIp(`address add ${guest.gateway}/24 dev k6t-eth0`)
  await inPodIp('link set k6t-eth0 up')
  await inPodIp('tuntap add dev tap0 mode tap')
  await inPodIp('link set tap0 master k6t-eth0 up')
  for (const setting of ['ip_forward', 'conf/all/route_localnet'])
    await inPod('sh', '-c', `echo 1 >/proc/sys/net/ipv4/${setting}`)
  await writeFile(join(folder, 'rules'), rules)
  await inPod('nft', '--file', join(folder, 'rules'))

  // KubeVirt answers the machine's DHCP itself, with the values of the pod's /etc/resolv.conf.
  const dhcp = [
    '--keep-in-foreground --conf-file=/dev/null --port=0 --bind-interfaces --interface=k6t-eth0 --user=root',
    `--dhcp-authoritative --dhcp-leasefile=${join(folder, 'leases')} --dhcp-host=${guest.mac},${guest.address}`,
    `--dhcp-range=${guest.address},${guest.address},255.255.255.0,24h --dhcp-option=option:router,${guest.gateway}`,
    '--dhcp-option=option:dns-server,10.96.0.10 --dhcp-option=option:mtu,1450',
    `--dhcp-option=option:domain-search,${CLUSTER_DOMAINS}`
  ].flatMap((part) => part.split(' '))
  const dnsmasq = spawn('ip', ['netns', 'exec', pod.namespace, 'dnsmasq', ...dhcp], { stdio: 'ignore' })
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
