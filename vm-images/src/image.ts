import { Failure, readChoice } from '@bookinfo/cli'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A machine to build. Its folder beside `src` holds its unit and its other files. */
export interface Image {
  name: string
  folder: string
  /** The name of the OCI image, as manifests use it. */
  title: string
  description: string
  /** The service in the machine, a folder below `services`; absent for a database. */
  service?: string
  /** The port of the service or database. */
  port: number
  /** The host name, the host's port and the settings of `npm run vm:boot`. */
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
 * The image that a command's arguments name; `details` by default.
 *
 * @param help the command that shows the usage
 * @throws Failure if there is no such image
 */
export function chooseImage(names: readonly string[], help: string): Image {
  const [name = 'details', more] = names
  if (more !== undefined) throw new Failure(`only one image is allowed, got "${more}" too; see ${help}`)
  return readImage(readChoice('the image', name, imageNames))
}

/** The files that a build writes. */
export interface ImageFiles {
  disk: string
  /** The kernel, for hypervisors that boot without firmware and for the test of KVM. */
  kernel: string
  initrd: string
  /** Bill of materials: CycloneDX. */
  bill: string
  /** An OCI archive with the disk, for KubeVirt. */
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
