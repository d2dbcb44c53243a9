import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DNS_ADDRESS, pathIn, POD_RANGE, type Cluster, type Node } from './cluster.ts'
import { kubectl, kubectlWorks } from './kubectl.ts'
import { makeNodeCertificate } from './certificates.ts'
import { PAUSE_IMAGE } from './images.ts'
import { runInside, start, untilWorking, worksInside } from './processes.ts'

const START_MS = 120_000

/** Starts the container runtime, which can have images before there is a node. */
export async function startRuntime(node: Node): Promise<void> {
  write(node, 'containerd.toml', containerdSettings())
  start(node, 'containerd', ['/usr/bin/containerd', '--config', pathIn(node, 'containerd.toml')])
  await untilWorking(node, 'containerd', {
    check: () => worksInside(node, ['ctr', 'version']),
    timeoutMs: START_MS
  })
}

/**
 * Starts the kubelet and kube-proxy of a node, and waits until it is ready.
 *
 * @param programs the folder with Kubernetes' programs
 */
export async function startNode(cluster: Cluster, node: Node, programs: string): Promise<void> {
  await makeNodeCertificate(cluster, node)
  const network = `mkdir -p ${dirname(NETWORK_FILE)}; echo '${networkSettings(node)}' >${NETWORK_FILE}`
  await runInside(node, ['sh', '-ec', network])
  mkdirSync(pathIn(node, 'log/pods'), { recursive: true })
  write(node, 'resolv.conf', '')
  write(node, 'kubelet.json', JSON.stringify(kubeletSettings(cluster, node)))
  write(node, 'kube-proxy.json', JSON.stringify(proxySettings(cluster, node)))
  start(node, 'kubelet', [
    join(programs, 'kubelet'),
    `--config=${pathIn(node, 'kubelet.json')}`,
    `--kubeconfig=${pathIn(node, 'node.kubeconfig')}`,
    `--cert-dir=${pathIn(node, 'run')}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.address}`
  ])
  start(node, 'kube-proxy', [join(programs, 'kube-proxy'), `--config=${pathIn(node, 'kube-proxy.json')}`])
  const ready = ['wait', '--for=condition=Ready', `node/${node.name}`, '--timeout=1s']
  await untilWorking(node, 'kubelet', { check: () => kubectlWorks(cluster, ready), timeoutMs: START_MS })
}

/** Starts the cluster's DNS, and waits for it. */
export async function startDns(cluster: Cluster): Promise<void> {
  await kubectl(cluster, ['apply', '-f', join(import.meta.dirname, '../manifests/coredns.yaml')])
  await kubectl(cluster, ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s'])
}

function write(node: Node, file: string, content: string): void {
  writeFileSync(pathIn(node, file), content)
}

/** Where programs that extend the network, such as Istio's, look for it. */
const NETWORK_FILE = '/etc/cni/net.d/10-bookinfo.conflist'

function networkSettings({ podRange }: Node): string {
  const ipam = { type: 'host-local', ranges: [[{ subnet: podRange }]], routes: [{ dst: '0.0.0.0/0' }] }
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'bookinfo',
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

function kubeletSettings(cluster: Cluster, node: Node): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    failCgroupV1: false,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.id}`,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    address: node.address,
    tlsCertFile: pathIn(node, 'pki/node.crt'),
    tlsPrivateKeyFile: pathIn(node, 'pki/node.key'),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pathIn(cluster, 'pki/ca.crt') }
    },
    authorization: { mode: 'Webhook' },
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    resolvConf: pathIn(node, 'resolv.conf'),
    oomScoreAdj: 0,
    maxOpenFiles: 20_000,
    failSwapOn: false,
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '5%', 'imagefs.available': '5%' },
    imageGCHighThresholdPercent: 100,
    podLogsDir: pathIn(node, 'log/pods')
  }
}

function proxySettings(cluster: Cluster, node: Node): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    hostnameOverride: node.name,
    clusterCIDR: POD_RANGE,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    clientConnection: { kubeconfig: pathIn(cluster, 'proxy.kubeconfig') },
    // Zero leaves the machine's settings as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' }
  }
}
