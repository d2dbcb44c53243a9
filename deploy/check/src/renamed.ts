import { objectsIn, toJson, type Json } from './json.ts'
import { title, toManifest, type Manifest } from './manifest.ts'
import { find, NAMESPACE, ofKind, type World } from './world.ts'

/** Kinds that other objects refer to by name. */
const referable = ['Service', 'ServiceAccount', 'Gateway', 'ConfigMap', 'Secret', 'PersistentVolumeClaim']

/** Values that look like names of objects but are not: labels, and names of parts of an object. */
const noReference = /[lL]abels\/|[sS]elector\/|annotations\/|ontainers\/\d+\/name$|\/container$|\/subset$|\/app$/

/**
 * What `namespace`, `namePrefix` or `nameSuffix` of a kustomization did not change. kustomize renames objects and the
 * fields of `base/references.yaml`, but not names within addresses or accounts.
 *
 * @param original the same overlay as it is rendered by itself
 * @returns object by object and field by field, what has to be changed
 */
export function leftBehind(world: World, original: World): string[] {
  const names = renames(world, original)
  return world.manifests.flatMap((manifest) =>
    stringsIn(manifest)
      .filter(({ path }) => !noReference.test(path))
      .flatMap(({ path, value }) =>
        names
          .map(({ old, now }) => ({ found: reference(old).exec(value)?.[0].trim(), old, now }))
          .filter(({ found }) => found !== undefined)
          .map(({ found, old, now }) => `${title(manifest)}: ${path} has "${found}", but ${old} is now ${now}`)
      )
  )
}

/** The same objects with the names of the overlay, as the rules expect them. */
export function withOldNames(world: World, original: World): World {
  const renameAll = (body: Manifest['body']) =>
    renames(world, original).reduce(
      (json, { old, now }) => json.replaceAll(new RegExp(`(?<![\\w-])${now}(?![\\w-])`, 'g'), old),
      JSON.stringify(body)
    )
  return { ...world, manifests: world.manifests.map(({ body }) => toManifest(toJson(JSON.parse(renameAll(body))))) }
}

/** A text that contains a name: alone, as a host, in a URL, or as the namespace of a host or an account. */
function reference(name: string): RegExp {
  return name === NAMESPACE
    ? new RegExp(`\\S*(?:\\.${name}\\.svc|/ns/${name}/)\\S*`)
    : new RegExp(`(?:^|https?://|[\\s"'=])${name}(?:\\.[\\w.]+)?(?::\\d+\\S*|/\\S*|["']|$)`, 'm')
}

interface Rename {
  old: string
  now: string
}

function renames(world: World, original: World): Rename[] {
  const service = ofKind(world, 'Service').find(({ labels }) => labels['service'] === 'productpage')
  const [prefix = '', suffix = ''] = service?.name.split('productpage') ?? []
  const affixed = (name: string) => `${prefix}${name}${suffix}`
  const objects = ofKind(original, ...referable).filter(({ kind, name }) => find(world, kind, affixed(name)))
  const gateways = ofKind(original, 'Gateway').map(({ name }) => ({
    // Istio names the Service and the account of a gateway after it.
    old: `${name}-istio`,
    now: `${affixed(name)}-istio`
  }))
  const [namespace] = ofKind(world, 'Namespace')
  const all = [
    ...objects.map(({ name }) => ({ old: name, now: affixed(name) })),
    ...gateways,
    { old: NAMESPACE, now: namespace?.name ?? NAMESPACE }
  ].filter(({ old, now }) => old !== now)
  return [...new Map(all.map((rename) => [rename.old, rename])).values()]
}

function stringsIn({ body }: Manifest): { path: string; value: string }[] {
  const entries = [...objectsIn(body)].flatMap(({ object, path }) =>
    Object.entries(object).flatMap(([key, value]) =>
      Array.isArray(value)
        ? value.map((item, index): [string, Json] => [`${path}/${key}/${index}`, item])
        : [[`${path}/${key}`, value] satisfies [string, Json]]
    )
  )
  return entries.flatMap(([path, value]) => (typeof value === 'string' ? [{ path, value }] : []))
}
