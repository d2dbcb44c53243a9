import type { Platform } from '@bookinfo/images'

/** The differences between processors. */
export interface Architecture {
  /** The name in Debian and OCI. */
  name: 'amd64' | 'arm64'
  platform: Platform
  /** The end of the boot loaders' names for UEFI. */
  efiSuffix: string
  /** Size of the boot partition: kernel (compressed on amd64 only), initrd and boot loaders. */
  espMib: string
  /** The partition type of the root: https://uapi-group.org/specifications/specs/discoverable_partitions_specification/ */
  rootType: string
  /** The serial line for the output of the kernel and the service. */
  console: string
}

const architectures: readonly Architecture[] = [
  {
    name: 'amd64',
    platform: 'linux/amd64',
    efiSuffix: 'X64',
    espMib: '16',
    rootType: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
    console: 'ttyS0'
  },
  {
    name: 'arm64',
    platform: 'linux/arm64',
    efiSuffix: 'AA64',
    espMib: '40',
    rootType: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
    console: 'ttyAMA0'
  }
]

export const architectureNames = architectures.map(({ name }) => name)

export function findArchitecture(name: string): Architecture | undefined {
  return architectures.find((architecture) => architecture.name === name)
}

/** The architecture of this host. */
export function ownArchitecture(): Architecture['name'] {
  return process.arch === 'arm64' ? 'arm64' : 'amd64'
}
