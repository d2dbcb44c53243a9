import { at, type Json, keys, list, objectsIn, show, text } from '../json.ts'
import { type Manifest, selects, selectsByLabels, title } from '../manifest.ts'
import { secretsByHand } from '../facts.ts'
import { containers, find, NAMESPACE, ofKind, workloads, type World } from '../world.ts'
import { defineRule, type Rule } from './rule.ts'

/** Kinds that belong to no namespace. */
const clusterWide = ['Namespace', 'IstioOperator']

/** Every reference from one object to another leads to an existing object. */
export const nameRules: readonly Rule[] = [
  defineRule('unique-name', 'the second object replaces the first', ({ manifests }) => {
    const seen = new Set<string>()
    return manifests.flatMap((manifest) => {
      const key = `${manifest.apiVersion.split('/')[0]} ${title(manifest)}`
      const known = seen.has(key)
      seen.add(key)
      return known ? [`${title(manifest)}: is there twice`] : []
    })
  }),
  defineRule('namespace', 'objects in another namespace are not found', ({ manifests, target }) =>
    target === 'base'
      ? []
      : manifests
          .filter(({ kind }) => !clusterWide.includes(kind))
          .filter(({ body }) => at(body, 'metadata.namespace') !== NAMESPACE)
          .map((manifest) => `${title(manifest)}: is not in the namespace ${NAMESPACE}`)
  ),
  defineRule('deployment-selector', 'the API server refuses it', (world) =>
    workloads(world).flatMap(({ manifest, labels }) => {
      const selector = at(manifest.body, 'spec.selector')
      return selector === undefined || selects(selector, labels)
        ? []
        : [`${title(manifest)}: its selector does not select its own pods`]
    })
  ),
  defineRule('service-selector', 'the Service has no endpoints', (world) =>
    ofKind(world, 'Service')
      .filter((service) => podsBehind(world, service).length === 0)
      .map((service) => `${title(service)}: selects no pods`)
  ),
  defineRule('service-target-port', 'connections to the Service are refused', (world) =>
    ofKind(world, 'Service').flatMap((service) =>
      list(at(service.body, 'spec.ports')).flatMap((port) => {
        const target = at(port, 'targetPort') ?? at(port, 'port')
        return podsBehind(world, service)
          .filter(({ ports }) => !ports.some(({ name, number }) => name === target || number === target))
          .map(({ manifest }) => `${title(service)}: ${title(manifest)} has no port ${show(target)}`)
      })
    )
  ),
  defineRule('service-account', 'the pod is not created', (world) =>
    workloads(world).flatMap(({ manifest, spec }) => {
      const account = text(at(spec, 'serviceAccountName'))
      return account === '' || find(world, 'ServiceAccount', account)
        ? []
        : [`${title(manifest)}: there is no ServiceAccount ${account}`]
    })
  ),
  defineRule('config-and-secrets', 'the pod waits for a ConfigMap or a Secret that does not exist', (world) =>
    workloads(world).flatMap(({ manifest, spec }) =>
      [...objectsIn(spec ?? null)].flatMap(({ object }) => [
        ...missing(world, manifest, 'ConfigMap', at(object, 'configMapRef.name')),
        ...missing(world, manifest, 'ConfigMap', at(object, 'configMapKeyRef.name')),
        ...missing(world, manifest, 'ConfigMap', at(object, 'configMap.name')),
        ...missing(world, manifest, 'Secret', at(object, 'secretRef.name')),
        ...missing(world, manifest, 'Secret', at(object, 'secretKeyRef.name')),
        ...missing(world, manifest, 'Secret', at(object, 'secret.secretName'))
      ])
    )
  ),
  defineRule('secret-key', 'the pod waits for a key that the ConfigMap or Secret does not have', (world) =>
    workloads(world).flatMap(({ manifest, spec }) =>
      [...objectsIn(spec ?? null)].flatMap(({ object }) => [
        ...missingKeys(world, manifest, 'Secret', at(object, 'secretKeyRef.name'), [at(object, 'secretKeyRef.key')]),
        ...missingKeys(world, manifest, 'Secret', at(object, 'secret.secretName'), keysOf(at(object, 'secret'))),
        ...missingKeys(world, manifest, 'ConfigMap', at(object, 'configMap.name'), keysOf(at(object, 'configMap')))
      ])
    )
  ),
  defineRule('volume-mounts', 'the pod is refused', (world) =>
    workloads(world).flatMap((workload) => {
      const volumes = [
        ...list(at(workload.spec, 'volumes')),
        ...list(at(workload.manifest.body, 'spec.volumeClaimTemplates')).map((claim) => at(claim, 'metadata') ?? null)
      ].map((volume) => at(volume, 'name'))
      return containers(workload)
        .flatMap((container) => list(at(container, 'volumeMounts')))
        .filter((mount) => !volumes.includes(at(mount, 'name')))
        .map((mount) => `${title(workload.manifest)}: mounts ${text(at(mount, 'name'))}, which is no volume`)
    })
  )
]

function podsBehind(world: World, service: Manifest) {
  return workloads(world).filter(({ labels }) => selectsByLabels(at(service.body, 'spec.selector'), labels))
}

function missing(world: World, manifest: Manifest, kind: string, name: Json | undefined): string[] {
  if (typeof name !== 'string' || find(world, kind, name) || (kind === 'Secret' && name in secretsByHand)) return []
  return [`${title(manifest)}: there is no ${kind} ${name}`]
}

function missingKeys(
  world: World,
  manifest: Manifest,
  kind: string,
  name: Json | undefined,
  wanted: (Json | undefined)[]
): string[] {
  const body = find(world, kind, text(name))?.body
  const known = body
    ? ['data', 'stringData', 'binaryData'].flatMap((field) => keys(at(body, field)))
    : secretsByHand[text(name)]
  if (known === undefined) return []
  return wanted
    .filter((key) => !known.includes(text(key)))
    .map((key) => `${title(manifest)}: ${kind} ${text(name)} has no key ${show(key)}`)
}

/** The keys of its source that a volume contains. */
function keysOf(source: Json | undefined): (Json | undefined)[] {
  return list(at(source, 'items')).map((item) => at(item, 'key'))
}
