import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readManifests, type Manifest } from '../manifest.ts'
import { overlays } from '../targets.ts'
import type { World } from '../world.ts'

export const SAMPLES = join(import.meta.dirname, '../../../../samples/bookinfo')

const kube = 'platform/kube'
const suite = `${kube}/bookinfo.yaml`

/** What a file is applied after, by its folder or its own name. */
const before: Readonly<Record<string, readonly string[]>> = {
  [kube]: [suite],
  [`${kube}/bookinfo-ratings-v2-mysql.yaml`]: [suite, `${kube}/bookinfo-mysql.yaml`],
  networking: [suite, 'networking/bookinfo-gateway.yaml', 'networking/destination-rule-all.yaml'],
  'gateway-api': [suite, `${kube}/bookinfo-versions.yaml`, 'gateway-api/bookinfo-gateway.yaml'],
  policy: [suite]
}

/** Rules of the overlays that the original does not keep, and a page of Istio's documentation begins without. */
const liftedForAll = [
  'namespace',
  'pod-spread',
  'disruption-budget',
  'mesh-injection',
  'mesh-mutual-tls',
  'policy-calls'
]

/** Rules that do not apply in a folder or to a file: databases and versions that other files bring, and other programs. */
const lifted: Readonly<Record<string, readonly string[]>> = {
  networking: ['mesh-subset-pods'],
  'networking/certmanager-gateway.yaml': ['door-paths', 'mesh-host'],
  [`${kube}/bookinfo-db.yaml`]: ['database-calls'],
  [`${kube}/bookinfo-mysql.yaml`]: ['database-calls'],
  [`${kube}/bookinfo-ratings-v2-mysql.yaml`]: ['database-calls'],
  [`${kube}/bookinfo-ratings-v2-mysql-vm.yaml`]: ['setting-host'],
  'policy/productpage_envoy_ratelimit.yaml': ['path-exact']
}

/** Not Kubernetes' objects, or cert-manager's, of which no definitions are kept. */
const unchecked = ['demo-profile-no-gateways.yaml', 'swagger.yaml', `${kube}/bookinfo-certificate.yaml`]

/** The samples as they are in git, each one applied after those that it needs, in a mesh with sidecars. */
export function sampleChecks(): { name: string; world: () => World }[] {
  return globSync('**/*.yaml', { cwd: SAMPLES })
    .filter((file) => !unchecked.includes(file))
    .toSorted()
    .map((file) => ({ name: `samples/bookinfo/${file}`, world: () => worldOfSample(file) }))
}

/** @param file its path below `samples/bookinfo` */
export function worldOfSample(file: string): World {
  const folder = dirname(file)
  const all = [...(before[file] ?? before[folder] ?? []), file].flatMap(readSample)
  const latest = new Map(all.map((manifest) => [`${manifest.apiVersion} ${manifest.kind}/${manifest.name}`, manifest]))
  return {
    target: `samples/bookinfo/${file}`,
    manifests: [...latest.values()],
    expect: {
      mesh: 'sidecar',
      details: ['container'],
      networkPolicies: false,
      ...overlays['istio'],
      lifted: [...liftedForAll, ...(lifted[folder] ?? []), ...(lifted[file] ?? [])]
    }
  }
}

export function readSample(file: string): Manifest[] {
  return readManifests(readFileSync(join(SAMPLES, file), 'utf8'))
}
