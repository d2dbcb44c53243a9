import { parse } from 'yaml'
import { at, list, text, toJson, type Json } from './json.ts'
import { find, type Workload, type World } from './world.ts'

/** Where the image's unit reads its environment. */
export const SETTINGS_FILE = '/etc/bookinfo/details.env'

/** The user-data for cloud-init in a machine, inline or from a Secret; undefined if there is none. */
export function userDataOf(world: World, { spec }: Workload): string | undefined {
  const source = at(
    list(at(spec, 'volumes')).find((volume) => at(volume, 'cloudInitNoCloud') !== undefined),
    'cloudInitNoCloud'
  )
  const inline = at(source, 'userData')
  if (typeof inline === 'string') return inline
  const encoded = at(source, 'userDataBase64')
  if (typeof encoded === 'string') return Buffer.from(encoded, 'base64').toString()
  const secret = find(world, 'Secret', text(at(source, 'secretRef.name')))
  const plain = at(secret?.body, 'stringData.userdata')
  if (typeof plain === 'string') return plain
  const data = at(secret?.body, 'data.userdata')
  return typeof data === 'string' ? Buffer.from(data, 'base64').toString() : undefined
}

/** User-data as cloud-init reads it; undefined if it is not a cloud-config. */
export function cloudConfig(userData: string): Json | undefined {
  if (!userData.startsWith('#cloud-config\n')) return undefined
  try {
    return toJson(parse(userData))
  } catch {
    return undefined
  }
}

/** The service's environment in a machine, from the file that cloud-init writes. */
export function machineSettings(world: World, workload: Workload): Record<string, string> {
  const config = cloudConfig(userDataOf(world, workload) ?? '')
  const file = list(at(config, 'write_files')).find((each) => at(each, 'path') === SETTINGS_FILE)
  const lines = text(at(file, 'content')).split('\n')
  return Object.fromEntries(
    lines
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [name = '', ...value] = line.split('=')
        return [name, value.join('=').replaceAll(/^"|"$/g, '')]
      })
  )
}
