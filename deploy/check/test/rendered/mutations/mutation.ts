import { isObject, type JsonObject } from '../../../src/json.ts'
import { title } from '../../../src/manifest.ts'
import { edit, set, type Change } from './mutate.ts'
import type { World } from '../../../src/world.ts'

/** A mistake in correct manifests, and the rule that has to report it. */
export interface Mutation {
  /** An overlay, or a combination. */
  on: string
  /** A rule's name, or `schema`. */
  rule: string
  mutation: string
  make: Change
}

/** Mutations by overlay or combination, by rule, and by what is wrong. */
export function mutationsOn(all: Readonly<Record<string, Record<string, Record<string, Change>>>>): Mutation[] {
  return Object.entries(all).flatMap(([on, rules]) =>
    Object.entries(rules).flatMap(([rule, changes]) =>
      Object.entries(changes).map(([mutation, make]) => ({ on, rule, mutation, make }))
    )
  )
}

/** Objects and paths for `mutate.ts`. */
export const details = 'Deployment/details-v1'
export const page = 'Deployment/productpage-v1'
export const reviews = 'Deployment/reviews-v2'
export const machine = 'VirtualMachine/details-v1-vm'
export const pod = 'spec/template/spec'
export const container = `${pod}/containers/0`
export const devices = `${pod}/domain/devices`
export const annotations = 'spec/template/metadata/annotations'

/** Sets one of the settings that all services share. */
export function setting(name: string, value: string): Change {
  return (world) => set(nameOf(world, 'ConfigMap', 'bookinfo-settings'), `data/${name}`, value)(world)
}

/** The title of an object whose name ends in a hash. */
function nameOf({ manifests, target }: World, kind: string, start: string): string {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.name.startsWith(start))
  if (!found) throw new Error(`there is no ${kind} ${start}… in ${target}`)
  return title(found)
}

/** Replaces the user-data of the machine. */
export function userData(content: string): Change {
  return editUserData((data) => {
    data['userdata'] = Buffer.from(content).toString('base64')
  })
}

/** Changes the data of the Secret that cloud-init reads. */
export function editUserData(change: (data: JsonObject) => void): Change {
  return (world) =>
    edit(nameOf(world, 'Secret', 'details-v1-userdata'), ({ data }) => {
      if (isObject(data)) change(data)
    })(world)
}
