import { Failure } from '@bookinfo/images'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A machine to build: a folder beside `src`, which holds its unit and what else is its own. */
export interface Image {
  name: string
  folder: string
  /** Of the OCI image around the disk; manifests name it. */
  title: string
  description: string
  /** The service whose bundle it carries, a folder below `services`; a machine may do without. */
  service?: string
  /** On which it is of use to others. */
  port: number
  /** How somebody starts it who wants to see it: its name, the port of the host, and settings. */
  example: { hostname: string; port: number; settings: Readonly<Record<string, string>> }
}

export const imageNames = ['details', 'mysql'] as const

export const VM_IMAGES = join(import.meta.dirname, '..')

/** @throws if there is no such image */
export function readImage(name: string): Image {
  const folder = join(VM_IMAGES, name)
  const own: Omit<Image, 'name' | 'folder'> = JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8'))
  return { name, folder, ...own }
}

/**
 * The image that a command's arguments name, `details` if none.
 *
 * @param help the command that says what is allowed
 * @throws Failure if there is none by that name
 */
export function chooseImage(names: readonly string[], help: string): Image {
  const [name = 'details', more] = names
  if (more !== undefined) throw new Failure(`one image at a time, and not "${more}" too; see ${help}`)
  if (!imageNames.some((each) => each === name))
    throw new Failure(`there is no image "${name}": allowed are ${imageNames.join(' and ')}`)
  return readImage(name)
}

/** What a build makes. */
export interface ImageFiles {
  disk: string
  /** The kernel by itself, for hypervisors that boot without firmware; and to try whether KVM works. */
  kernel: string
  initrd: string
  /** Bill of materials: CycloneDX. */
  bill: string
  /** An OCI archive with the disk, as KubeVirt pulls it. */
  containerDisk: string
}

export function filesOf(image: Image, architecture: string): ImageFiles {
  const file = (ending: string) => join(image.folder, 'dist', `${image.name}.${architecture}.${ending}`)
  return {
    disk: file('qcow2'),
    kernel: file('vmlinuz'),
    initrd: file('initrd'),
    bill: file('cdx.json'),
    containerDisk: file('containerdisk.tar')
  }
}
