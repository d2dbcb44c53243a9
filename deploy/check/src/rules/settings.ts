import { DetailsConfig } from '@bookinfo/details'
import { catalogue } from '@bookinfo/images'
import { ProductpageConfig } from '@bookinfo/productpage'
import { RatingsConfig } from '@bookinfo/ratings'
import { ReviewsConfig } from '@bookinfo/reviews'
import { ConfigError, loadConfig } from '@bookinfo/service-kit'
import type { TObject, TSchema } from 'typebox'
import { at, dictionary, type Json, keys, list, text } from '../json.ts'
import { title } from '../manifest.ts'
import { machineSettings } from '../user-data.ts'
import { containers, find, machines, ofKind, type World } from '../world.ts'
import { ofSuite, serviceOf } from './pods.ts'
import { defineRule, type Rule } from './rule.ts'

/** The settings of each service, from its own code. */
export const schemas: Record<string, TObject> = {
  productpage: ProductpageConfig,
  details: DetailsConfig,
  reviews: ReviewsConfig,
  ratings: RatingsConfig
}

export const settingRules: readonly Rule[] = [
  defineRule('setting-known', 'nobody notices a misspelt variable, which is never read', (world) => [
    ...ofSuite(world).flatMap((workload) =>
      containers(workload).flatMap((container) => {
        const known = keysOf(serviceOf(container))
        return list(at(container, 'env'))
          .map((each) => text(at(each, 'name')))
          .filter((name) => !known.includes(name))
          .map((name) => `${title(workload.manifest)}: no setting of ${serviceOf(container)} is named ${name}`)
      })
    ),
    ...ofKind(world, 'ConfigMap').flatMap((map) => {
      const readers = ofSuite(world)
        .flatMap(containers)
        .filter((container) => sharedBy(container).includes(map.name))
      if (readers.length === 0) return []
      const known = readers.flatMap((container) => keysOf(serviceOf(container)))
      return keys(at(map.body, 'data'))
        .filter((name) => !known.includes(name))
        .map((name) => `${title(map)}: no setting of any service is named ${name}`)
    }),
    ...machinesWithSettings(world).flatMap(({ manifest, settings }) =>
      Object.keys(settings)
        .filter((name) => !keysOf('details').includes(name))
        .map((name) => `${title(manifest)}: no setting of details is named ${name}`)
    )
  ]),
  defineRule('setting-value', 'a service does not start with an invalid setting, or ignores it', (world) => [
    ...ofSuite(world).flatMap((workload) =>
      containers(workload).flatMap((container) => {
        const schema = schemas[serviceOf(container) ?? '']
        return schema ? complaint(schema, environment(world, container), title(workload.manifest)) : []
      })
    ),
    ...machinesWithSettings(world).flatMap(({ manifest, settings }) =>
      complaint(DetailsConfig, settings, title(manifest))
    )
  ])
]

/** Names of settings. A secret one may also be read from a file. */
function keysOf(service: string | undefined): string[] {
  return Object.entries<TSchema>(schemas[service ?? '']?.properties ?? {}).flatMap(([name, setting]) =>
    'secret' in setting ? [name, `${name}_FILE`] : [name]
  )
}

function complaint(schema: TObject, env: Record<string, string>, name: string): string[] {
  const warnings: string[] = []
  try {
    loadConfig(schema, env, [], (warning) => warnings.push(`${name}: ${warning}`))
    return warnings
  } catch (error) {
    if (error instanceof ConfigError) return [`${name}: ${error.message}`]
    throw error
  }
}

/** The variables of the process: from the image, from ConfigMaps, and its own. Settings in files are left out. */
export function environment(world: World, container: Json): Record<string, string> {
  const image = catalogue.find(({ name }) => text(at(container, 'image')).includes(`${name}:`))
  const shared = sharedBy(container).map((name) => dictionary(at(find(world, 'ConfigMap', name)?.body, 'data')))
  const own = list(at(container, 'env')).flatMap((each) => {
    const value = at(each, 'value')
    return typeof value === 'string' ? [[text(at(each, 'name')), value]] : []
  })
  const all: Record<string, string> = Object.assign({}, image?.args, ...shared, Object.fromEntries(own))
  return Object.fromEntries(Object.entries(all).filter(([name]) => !name.endsWith('_FILE')))
}

function sharedBy(container: Json): string[] {
  return list(at(container, 'envFrom')).map((each) => text(at(each, 'configMapRef.name')))
}

function machinesWithSettings(world: World) {
  return machines(world)
    .filter(({ labels }) => labels['app'] === 'details')
    .map((workload) => ({ manifest: workload.manifest, settings: machineSettings(world, workload) }))
}
