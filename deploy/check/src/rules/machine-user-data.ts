import { at, keys, list, objectsIn, text } from '../json.ts'
import { title } from '../manifest.ts'
import { cloudConfig, userDataOf } from '../user-data.ts'
import { secretsByHand } from '../facts.ts'
import { find, machines, type Workload } from '../world.ts'
import { defineRule, machineRule, type Rule } from './rule.ts'

const INLINE_LIMIT = 2048

/** The user-data of machines. */
export const machineUserDataRules: readonly Rule[] = [
  machineRule('vm-user-data-size', 'the webhook refuses more than 2048 bytes inline', ({ spec }) =>
    [...objectsIn(at(spec, 'volumes') ?? null)].flatMap(({ object }) =>
      ['userData', 'userDataBase64', 'networkData', 'networkDataBase64']
        .filter((field) => Buffer.byteLength(text(object[field])) > INLINE_LIMIT)
        .map((field) => `${field} has ${Buffer.byteLength(text(object[field]))} bytes`)
    )
  ),
  defineRule('vm-user-data', 'cloud-init ignores invalid user-data, so the service has default settings', (world) =>
    machines(world).flatMap((workload) => {
      if (secretOf(workload) in secretsByHand) return []
      const userData = userDataOf(world, workload)
      if (userData === undefined) return [`${title(workload.manifest)}: has no user-data`]
      return cloudConfig(userData) === undefined
        ? [`${title(workload.manifest)}: its user-data is not a cloud-config`]
        : []
    })
  ),
  machineRule('vm-no-password', 'everybody who can read the manifest can log in to the machine', (workload, world) =>
    /^\s*(password|passwd|plain_text_passwd|hashed_passwd|chpasswd):/m.test(userDataOf(world, workload) ?? '')
      ? ['its user-data sets a password']
      : []
  ),
  defineRule('vm-secret', 'KubeVirt reads only the keys userdata and userData', (world) =>
    machines(world).flatMap((workload) => {
      const name = secretOf(workload)
      const secret = find(world, 'Secret', name)
      const known = [
        ...keys(at(secret?.body, 'data')),
        ...keys(at(secret?.body, 'stringData')),
        ...(secretsByHand[name] ?? [])
      ]
      if (name === '' || known.includes('userdata') || known.includes('userData')) return []
      return [`${title(workload.manifest)}: the Secret ${name} has no key userdata`]
    })
  )
]

/** The Secret that cloud-init reads; empty if there is none. */
function secretOf({ spec }: Workload): string {
  const volumes = list(at(spec, 'volumes'))
  return volumes.map((volume) => text(at(volume, 'cloudInitNoCloud.secretRef.name'))).find((name) => name !== '') ?? ''
}
