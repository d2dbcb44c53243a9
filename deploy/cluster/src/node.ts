import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DNS_ADDRESS, NODE_ADDRESS, pathIn, POD_RANGE, type Cluster } from './cluster.ts'
import { kubectl, kubectlWorks } from './kubectl.ts'
import { PAUSE_IMAGE } from './images.ts'
import { runInside, start, untilWorking, worksInside } from './processes.ts'

const START_MS = 120_000

/** Starts the container runtime, which can have images before there is a node. */
export async function startRuntime(cluster: Cluster): Promise<void> {
  write(cluster, 'containerd.toml', containerdSettings())
  start(cluster, 'containerd', ['/usr/bin/containerd', '--config', pathIn(cluster, 'containerd.toml')])
  await untilWorking(cluster, 'containerd', {
    check: () => worksInside(cluster, ['ctr', 'version']),
    timeoutMs: START_MS
  })
}

/**
 * Starts the kubelet and kube-proxy, and waits until the node is ready.
 *
 * @param programs the folder with Kubernetes' programs
 */
export async function startNode(cluster: Cluster, programs: string): Promise<void> {
  await runInside(cluster, [
    'sh',
    '-ec',
    `mkdir -p ${dirname(NETWORK_FILE)}; echo '${networkSettings(cluster)}' >${NETWORK_FILE}`
  ])
  mkdirSync(pathIn(cluster, 'log/pods'), { recursive: true })
  write(cluster, 'resolv.conf', '')
  write(cluster, 'kubelet.json', JSON.stringify(kubeletSettings(cluster)))
  write(cluster, 'kube-proxy.json', JSON.stringify(proxySettings(cluster)))
  start(cluster, 'kubelet', [
    join(programs, 'kubelet'),
    `--config=${pathIn(cluster, 'kubelet.json')}`,
    `--kubeconfig=${pathIn(cluster, 'node.kubeconfig')}`,
    `--cert-dir=${pathIn(cluster, 'run')}`,
    `--hostname-override=${cluster.name}`,
    `--node-ip=${NODE_ADDRESS}`
  ])
  start(cluster, 'kube-proxy', [join(programs, 'kube-proxy'), `--config=${pathIn(cluster, 'kube-proxy.json')}`])
  const ready = ['wait', '--for=condition=Ready', `node/${cluster.name}`, '--timeout=1s']
  await untilWorking(cluster, 'kubelet', { check: () => kubectlWorks(cluster, ready), timeoutMs: START_MS })
}

/** Starts the cluster's DNS, and waits for it. */
export async function startDns(cluster: Cluster): Promise<void> {
  await kubectl(cluster, ['apply', '-f', join(import.meta.dirname, '../manifests/coredns.yaml')])
  await kubectl(cluster, ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s'])
}

function write(cluster: Cluster, file: string, content: string): void {
  writeFileSync(pathIn(cluster, file), content)
}

/** Where programs that extend the network, such as Istio's, look for it. */
const NETWORK_FILE = '/etc/cni/net.d/10-bookinfo.conflist'

function networkSettings({ id }: Cluster): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet: POD_RANGE }]], routes: [{ dst: '0.0.0.0/0' }] }
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: id,
    plugins: [
      { type: 'ptp', mtu: 1500, ipam },
      { type: 'portmap', capabilities: { portMappings: true } }
    ]
  })
}

/** Paths are the usual ones, of which the cluster has its own. */
function containerdSettings(): string {
  return `version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  # Without CAP_SYS_RESOURCE a score cannot be lowered.
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
`
}

function kubeletSettings(cluster: Cluster): unknown {
  const pki = (file: string) => pathIn(cluster, 'pki', file)
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cluster.id}`,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    address: NODE_ADDRESS,
    tlsCertFile: pki('node.crt'),
    tlsPrivateKeyFile: pki('node.key'),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki('ca.crt') }
    },
    authorization: { mode: 'Webhook' },
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: pathIn(cluster, 'resolv.conf'),
    oomScoreAdj: 0,
    maxOpenFiles: 20_000,
    failSwapOn: false,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '5%', 'imagefs.available': '5%' },
    imageGCHighThresholdPercent: 100,
    podLogsDir: pathIn(cluster, 'log/pods')
  }
}

function proxySettings(cluster: Cluster): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    hostnameOverride: cluster.name,
    clusterCIDR: POD_RANGE,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    clientConnection: { kubeconfig: pathIn(cluster, 'proxy.kubeconfig') },
    // Zero leaves the machine's settings as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' }
  }
}
