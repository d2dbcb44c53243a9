import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A machine to build: a folder beside `src`, which holds its unit and what else is its own. */
export interface Image {
  name: string
  description: string
  /** The service whose bundle it carries: a folder below `services`. */
  service: string
  folder: string
}

export const VM_IMAGES = join(import.meta.dirname, '..')

/** @throws if there is no such image */
export function readImage(name: string): Image {
  const folder = join(VM_IMAGES, name)
  const { description, service }: { description: string; service: string } = JSON.parse(
    readFileSync(join(folder, 'image.json'), 'utf8')
  )
  return { name, description, service, folder }
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
