import type { Platform } from '@bookinfo/images'

/** What differs from processor to processor. */
export interface Architecture {
  /** As Debian and OCI call it. */
  name: 'amd64' | 'arm64'
  platform: Platform
  /** Where UEFI looks for what to boot. */
  efiName: string
  /** Room for the kernel, which compresses itself on amd64 alone, what it needs to find its root, and the boot loaders. */
  espMib: string
  /** The type of the root partition, of which there is one for each processor: https://uapi-group.org/specifications/specs/discoverable_partitions_specification/ */
  rootType: string
  /** The serial line, to which the kernel and the service write. */
  console: string
}

const architectures: readonly Architecture[] = [
  {
    name: 'amd64',
    platform: 'linux/amd64',
    efiName: 'BOOTX64.EFI',
    espMib: '16',
    rootType: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
    console: 'ttyS0'
  },
  {
    name: 'arm64',
    platform: 'linux/arm64',
    efiName: 'BOOTAA64.EFI',
    espMib: '40',
    rootType: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
    console: 'ttyAMA0'
  }
]

export const architectureNames = architectures.map(({ name }) => name)

export function findArchitecture(name: string): Architecture | undefined {
  return architectures.find((architecture) => architecture.name === name)
}

/** That of the machine that this runs on. */
export function ownArchitecture(): Architecture['name'] {
  return process.arch === 'arm64' ? 'arm64' : 'amd64'
}
