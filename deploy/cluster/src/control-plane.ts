import { join } from 'node:path'
import { pathIn, SERVICE_RANGE, type Cluster } from './cluster.ts'
import { apply, isReady } from './kubectl.ts'
import { start, untilWorking } from './processes.ts'

const READY_MS = 180_000

/** Starts etcd, the API server, the controllers and the scheduler. @param programs the folder with Kubernetes' programs */
export async function startControlPlane(cluster: Cluster, programs: string): Promise<void> {
  const pki = (file: string) => pathIn(cluster, 'pki', file)
  const client = 'http://127.0.0.1:2379'
  const peer = 'http://127.0.0.1:2380'
  start(cluster, 'etcd', [
    // The data goes with the cluster, so nobody waits for the disk.
    '/usr/bin/etcd',
    '--unsafe-no-fsync',
    ...flags({
      name: cluster.name,
      'data-dir': pathIn(cluster, 'etcd'),
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `${cluster.name}=${peer}`
    })
  ])
  start(cluster, 'kube-apiserver', [
    join(programs, 'kube-apiserver'),
    ...flags({
      'advertise-address': cluster.address,
      'etcd-servers': client,
      'service-cluster-ip-range': SERVICE_RANGE,
      'client-ca-file': pki('ca.crt'),
      'tls-cert-file': pki('apiserver.crt'),
      'tls-private-key-file': pki('apiserver.key'),
      'service-account-key-file': pki('service-accounts.pub'),
      'service-account-signing-key-file': pki('service-accounts.key'),
      'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
      'kubelet-client-certificate': pki('kubelet-client.crt'),
      'kubelet-client-key': pki('kubelet-client.key'),
      'kubelet-preferred-address-types': 'InternalIP',
      'requestheader-client-ca-file': pki('front-ca.crt'),
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-username-headers': 'X-Remote-User',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'proxy-client-cert-file': pki('front-client.crt'),
      'proxy-client-key-file': pki('front-client.key'),
      'enable-aggregator-routing': true,
      'authorization-mode': 'Node,RBAC',
      'enable-admission-plugins': 'NodeRestriction',
      'allow-privileged': true,
      'cert-dir': pathIn(cluster, 'run')
    })
  ])
  // The two below end if they meet an API server without its first roles.
  await untilWorking(cluster, 'kube-apiserver', { check: () => isReady(cluster), timeoutMs: READY_MS })

  const asUser = (user: string) => ({
    kubeconfig: pathIn(cluster, `${user}.kubeconfig`),
    'authentication-kubeconfig': pathIn(cluster, `${user}.kubeconfig`),
    'authorization-kubeconfig': pathIn(cluster, `${user}.kubeconfig`),
    'bind-address': '127.0.0.1',
    'leader-elect': false,
    'cert-dir': pathIn(cluster, 'run')
  })
  start(cluster, 'kube-controller-manager', [
    join(programs, 'kube-controller-manager'),
    ...flags({
      ...asUser('controller-manager'),
      'service-account-private-key-file': pki('service-accounts.key'),
      'root-ca-file': pki('ca.crt'),
      'cluster-signing-cert-file': pki('ca.crt'),
      'cluster-signing-key-file': pki('ca.key'),
      'use-service-account-credentials': true
    })
  ])
  start(cluster, 'kube-scheduler', [join(programs, 'kube-scheduler'), ...flags(asUser('scheduler'))])
  await apply(cluster, JSON.stringify(proxyBinding))
}

const proxyBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'bookinfo:kube-proxy' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-proxier' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:kube-proxy' }]
}

function flags(values: Record<string, string | boolean>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}
