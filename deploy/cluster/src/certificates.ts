import { run } from '@bookinfo/cli'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { API_SERVICE_ADDRESS, NODE_ADDRESS, pathIn, type Cluster } from './cluster.ts'

/** The name and the groups of a user are in its certificate: https://kubernetes.io/docs/setup/best-practices/certificates/ */
const users: Record<string, string> = {
  admin: '/O=system:masters/CN=admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  proxy: '/CN=system:kube-proxy'
}

const apiNames = [
  ...[NODE_ADDRESS, API_SERVICE_ADDRESS, '127.0.0.1'].map((address) => `IP:${address}`),
  ...['', '.default', '.default.svc', '.default.svc.cluster.local'].map((suffix) => `DNS:kubernetes${suffix}`)
].join(',')

/** Makes the certificates and kubeconfigs of a cluster. */
export async function makeCertificates(cluster: Cluster): Promise<void> {
  mkdirSync(pathIn(cluster, 'pki'), { recursive: true, mode: 0o700 })
  const file = (name: string) => pathIn(cluster, 'pki', name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const days = ['-days', '365']
  const openssl = (command: string, ...args: string[]) => run('openssl', [...command.split(' '), ...args])

  const authority = (name: string) =>
    openssl(`req -x509 -subj /CN=${name}`, ...key, ...days, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`))
  const certificate = async (name: string, subject: string, { by = 'ca', names = '' } = {}) => {
    const request = file(`${name}.csr`)
    await openssl('req', ...key, '-subj', subject, '-keyout', file(`${name}.key`), '-out', request)
    const alternatives = names === '' ? [] : [`subjectAltName=${names}`]
    writeFileSync(file(`${name}.ext`), ['extendedKeyUsage=serverAuth,clientAuth', ...alternatives].join('\n'))
    const signer = ['-CA', file(`${by}.crt`), '-CAkey', file(`${by}.key`), '-CAcreateserial', ...days]
    const extensions = ['-extfile', file(`${name}.ext`)]
    await openssl('x509 -req', '-in', request, ...signer, ...extensions, '-out', file(`${name}.crt`))
  }

  await authority('ca')
  await authority('front-ca')
  await certificate('apiserver', '/CN=kube-apiserver', { names: apiNames })
  await certificate('kubelet-client', '/O=system:masters/CN=apiserver-kubelet-client')
  await certificate('front-client', '/CN=front-proxy-client', { by: 'front-ca' })
  const nodeNames = `IP:${NODE_ADDRESS},DNS:${cluster.name}`
  await certificate('node', `/O=system:nodes/CN=system:node:${cluster.name}`, { names: nodeNames })
  for (const [name, subject] of Object.entries(users)) await certificate(name, subject)
  await openssl('genrsa', '-out', file('service-accounts.key'), '2048')
  await openssl('rsa -pubout', '-in', file('service-accounts.key'), '-out', file('service-accounts.pub'))
  for (const name of ['node', ...Object.keys(users)]) writeKubeconfig(cluster, name)
}

/** YAML is a superset of JSON. */
function writeKubeconfig(cluster: Cluster, user: string): void {
  const { id } = cluster
  const encoded = (file: string) => readFileSync(pathIn(cluster, 'pki', file)).toString('base64')
  const server = { server: `https://${NODE_ADDRESS}:6443`, 'certificate-authority-data': encoded('ca.crt') }
  const login = { 'client-certificate-data': encoded(`${user}.crt`), 'client-key-data': encoded(`${user}.key`) }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: id, cluster: server }],
    users: [{ name: user, user: login }],
    contexts: [{ name: id, context: { cluster: id, user } }],
    'current-context': id
  }
  writeFileSync(pathIn(cluster, `${user}.kubeconfig`), JSON.stringify(config), { mode: 0o600 })
}
