import { combinations, overlays, worldNamed } from '@bookinfo/deploy-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from './support/kubectl.ts'

/** What every namespace has, and what this test gives it. */
const ownOfNamespace = ['configmap/kube-root-ca.crt', 'serviceaccount/default', 'resourcequota/no-pods']

/** No pods are made, so that only what the cluster says to the manifests takes time. */
const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'no-pods', namespace: 'bookinfo' },
  spec: { hard: { pods: '0' } }
}

const kinds = await knownKinds()
const namespaced = await namespacedKinds()
const targets = [...Object.keys(overlays), ...Object.keys(combinations)].map((name) => {
  const manifests = worldNamed(name).manifests
  const unknown = manifests.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`).filter((kind) => !kinds.has(kind))
  return { name, manifests, unknown: [...new Set(unknown)] }
})
const left = targets.filter(({ unknown }) => unknown.length > 0)
for (const { name, unknown } of left)
  process.stdout.write(`left out: ${name}, as the cluster has no ${unknown.join(', ')}\n`)

beforeAll(async () => {
  await kubectl(['create', 'namespace', 'bookinfo'])
  await kubectl(['create', '-f', '-'], JSON.stringify(quota))
})

afterAll(async () => {
  await kubectl(['delete', 'namespace', 'bookinfo', '--timeout=120s'])
})

test.each(targets.filter(({ unknown }) => unknown.length === 0))(
  '$name: admitted without a warning, no difference afterwards, deleted without a trace',
  async ({ manifests }) => {
    const all = listOf(manifests)
    const applied = await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], all)
    expect(warningsIn(applied.stderr)).toEqual([])

    const difference = await kubectl(['diff', '--server-side', '-f', '-'], all).catch(outputOf)
    expect(difference.stdout).toBe('')

    const withoutNamespace = listOf(manifests.filter(({ kind }) => kind !== 'Namespace'))
    await kubectl(['delete', '--timeout=60s', '-f', '-'], withoutNamespace)
    // A database's data stays until somebody deletes it, or the namespace.
    await kubectl(['-n', 'bookinfo', 'delete', 'persistentvolumeclaim', '--all', '--timeout=60s'])
    await expect.poll(leftInNamespace, { timeout: 60_000, interval: 500 }).toEqual([])
  }
)

/** All kinds of the cluster, as `apps/v1/Deployment`. */
async function knownKinds(): Promise<Set<string>> {
  const { stdout } = await kubectl(['api-resources', '--no-headers'])
  // Name, short names if there are any, version, whether it is in a namespace, kind.
  const lines = stdout.split('\n').filter(Boolean)
  return new Set(
    lines.map((line) => line.trim().split(/\s+/).slice(-3)).map(([version, , kind]) => `${version}/${kind}`)
  )
}

async function namespacedKinds(): Promise<string> {
  const { stdout } = await kubectl(['api-resources', '--namespaced', '--verbs=list', '--output=name'])
  const names = stdout.split('\n').filter((name) => name !== '' && !name.startsWith('events'))
  return names.join(',')
}

async function leftInNamespace(): Promise<string[]> {
  const { stdout } = await kubectl(['-n', 'bookinfo', 'get', namespaced, '--ignore-not-found', '--output=name'])
  return stdout.split('\n').filter((name) => name !== '' && !ownOfNamespace.includes(name))
}

function listOf(manifests: readonly { body: unknown }[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests.map(({ body }) => body) })
}

function warningsIn(stderr: string): string[] {
  return stderr.split('\n').filter((line) => /^warning/i.test(line))
}

function outputOf(error: unknown): { stdout: string } {
  if (error instanceof Error && 'stdout' in error && error.stdout !== '') return { stdout: String(error.stdout) }
  throw error
}
