import { run } from '@bookinfo/cli'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { API_SERVICE_ADDRESS, pathIn, type Cluster, type Node } from './cluster.ts'

/** The name and the groups of a user are in its certificate: https://kubernetes.io/docs/setup/best-practices/certificates/ */
const users: Record<string, string> = {
  admin: '/O=system:masters/CN=admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  proxy: '/CN=system:kube-proxy'
}

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
const days = ['-days', '365']

/** Makes the certificates and kubeconfigs of a cluster, without those of its nodes. */
export async function makeCertificates(cluster: Cluster): Promise<void> {
  const file = (name: string) => pathIn(cluster, 'pki', name)
  mkdirSync(file(''), { recursive: true, mode: 0o700 })
  for (const name of ['ca', 'front-ca']) {
    const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)]
    await openssl(`req -x509 -subj /CN=${name}`, ...key, ...days, ...files)
  }
  const names = [
    ...[cluster.address, API_SERVICE_ADDRESS, '127.0.0.1'].map((address) => `IP:${address}`),
    ...['', '.default', '.default.svc', '.default.svc.cluster.local'].map((suffix) => `DNS:kubernetes${suffix}`)
  ]
  await sign(cluster, file('apiserver'), { subject: '/CN=kube-apiserver', names })
  await sign(cluster, file('kubelet-client'), { subject: '/O=system:masters/CN=apiserver-kubelet-client' })
  await sign(cluster, file('front-client'), { subject: '/CN=front-proxy-client', by: 'front-ca' })
  await openssl('genrsa', '-out', file('service-accounts.key'), '2048')
  await openssl('rsa -pubout', '-in', file('service-accounts.key'), '-out', file('service-accounts.pub'))
  for (const [user, subject] of Object.entries(users)) {
    await sign(cluster, file(user), { subject })
    writeKubeconfig(cluster, cluster, user)
  }
}

/** Makes the certificate and the kubeconfig of a node. */
export async function makeNodeCertificate(cluster: Cluster, node: Node): Promise<void> {
  mkdirSync(pathIn(node, 'pki'), { recursive: true, mode: 0o700 })
  const subject = `/O=system:nodes/CN=system:node:${node.name}`
  await sign(cluster, pathIn(node, 'pki/node'), { subject, names: [`IP:${node.address}`, `DNS:${node.name}`] })
  writeKubeconfig(cluster, node, 'node')
}

interface Certificate {
  subject: string
  /** One of the cluster's authorities. */
  by?: string
  names?: readonly string[]
}

/** @param file path of the files to write, without their endings */
async function sign(cluster: Cluster, file: string, { subject, by = 'ca', names = [] }: Certificate): Promise<void> {
  await openssl('req', ...key, '-subj', subject, '-keyout', `${file}.key`, '-out', `${file}.csr`)
  const alternatives = names.length === 0 ? [] : [`subjectAltName=${names.join(',')}`]
  writeFileSync(`${file}.ext`, ['extendedKeyUsage=serverAuth,clientAuth', ...alternatives].join('\n'))
  const authority = pathIn(cluster, 'pki', by)
  const signer = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial', ...days]
  await openssl('x509 -req', '-in', `${file}.csr`, ...signer, '-extfile', `${file}.ext`, '-out', `${file}.crt`)
}

function openssl(command: string, ...args: string[]): Promise<string> {
  return run('openssl', [...command.split(' '), ...args])
}

/** YAML is a superset of JSON. @param node where the user's certificate is, and where its kubeconfig will be */
function writeKubeconfig(cluster: Cluster, node: Node, user: string): void {
  const { id, address } = cluster
  const encoded = (of: Node, file: string) => readFileSync(pathIn(of, 'pki', file)).toString('base64')
  const server = { server: `https://${address}:6443`, 'certificate-authority-data': encoded(cluster, 'ca.crt') }
  const certificate = encoded(node, `${user}.crt`)
  const login = { 'client-certificate-data': certificate, 'client-key-data': encoded(node, `${user}.key`) }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: id, cluster: server }],
    users: [{ name: user, user: login }],
    contexts: [{ name: id, context: { cluster: id, user } }],
    'current-context': id
  }
  writeFileSync(pathIn(node, `${user}.kubeconfig`), JSON.stringify(config), { mode: 0o600 })
}
