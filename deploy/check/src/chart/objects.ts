import { renderWith } from '../kustomize.ts'
import { readManifests, toManifest, type Manifest } from '../manifest.ts'
import { objectAt } from '../samples/sources.ts'

/** Values of `mesh` in the chart, and the overlay that each one stands for. */
export const meshes = {
  none: 'kubernetes',
  istio: 'istio',
  'gateway-api': 'gateway-api',
  ambient: 'ambient',
  openshift: 'openshift'
} as const

/** Values of `ratings.store` in the chart, and the component that each one adds. */
export const stores = { memory: [], mysql: ['mysql'], mongodb: ['mongodb'], postgres: ['postgres'] } as const

export type Mesh = keyof typeof meshes
export type Store = keyof typeof stores

/** All pairs of a mesh and a store. */
export const choices = keysOf(meshes).flatMap((mesh) => keysOf(stores).map((store) => ({ mesh, store })))

/**
 * The objects of an overlay and a component, as kustomize makes them, but without a namespace: a chart is installed into one. Ratings
 * v1 is left out beside a database, since one Service leads to all versions of ratings.
 *
 * @throws Error if there is no kustomize
 */
export function objectsOf({ mesh, store }: { mesh: Mesh; store: Store }): Manifest[] {
  const components = [...stores[store], ...(mesh === 'openshift' && store !== 'memory' ? ['any-user'] : [])]
  return readManifests(renderWith(meshes[mesh], components))
    .filter(({ kind }) => kind !== 'Namespace')
    .filter(({ name }) => store === 'memory' || name !== 'ratings-v1')
    .map(withoutNamespace)
}

function withoutNamespace({ body }: Manifest): Manifest {
  const { namespace: _, ...metadata } = objectAt(body, 'metadata')
  return toManifest({ ...body, metadata })
}

/** The keys of an object, with their types. */
export function keysOf<Key extends string>(object: Readonly<Record<Key, unknown>>): Key[] {
  const isKey = (key: string): key is Key => Object.hasOwn(object, key)
  return Object.keys(object).filter(isKey)
}
