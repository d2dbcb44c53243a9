import { globSync } from 'node:fs'
import { join } from 'node:path'
import { kubectl } from './kubectl.ts'

/** Folders of BOOKINFO_CRDS with definitions that the manifests use. */
const used = [
  'istio',
  'gateway-api/standard',
  'kubevirt/crds',
  'prometheus-operator',
  'openshift/routes.crd.yaml',
  'multus'
]

let made: string[] = []

/** Gives the cluster the definitions in BOOKINFO_CRDS that it does not have. */
export async function setup(): Promise<void> {
  const { stdout } = await kubectl(['version', '--output', 'json']).catch((error: unknown) => {
    throw new Error('these tests need a cluster: npm run test:cluster, or set KUBECONFIG', { cause: error })
  })
  const { serverVersion }: { serverVersion: { gitVersion: string } } = JSON.parse(stdout)
  process.stdout.write(`Kubernetes ${serverVersion.gitVersion}\n`)
  const folder = process.env['BOOKINFO_CRDS']
  if (!folder) return
  const files = used.flatMap((each) => globSync(each.endsWith('.yaml') ? each : `${each}/*.yaml`, { cwd: folder }))
  for (const file of files) {
    // What exists already is the cluster's own, and stays as it is.
    const created = await kubectl(['create', '--filename', join(folder, file), '--output', 'name']).catch(namesIn)
    made.push(...created.stdout.split('\n').filter(Boolean))
  }
  const definitions = made.filter((name) => name.startsWith('customresourcedefinition'))
  if (definitions.length > 0) await kubectl(['wait', '--for=condition=Established', '--timeout=120s', ...definitions])
}

export async function teardown(): Promise<void> {
  if (made.length > 0) await kubectl(['delete', '--ignore-not-found', ...made])
  made = []
}

/** What kubectl has created in spite of a failure. @throws the error, unless it only says that something exists */
function namesIn(error: unknown): { stdout: string } {
  if (error instanceof Error && 'stdout' in error && 'stderr' in error) {
    const problems = String(error.stderr)
      .split('\n')
      .filter((line) => line !== '' && !line.includes('AlreadyExists'))
    if (problems.length === 0) return { stdout: String(error.stdout) }
  }
  throw error
}
