import type { Platform } from '@bookinfo/images'

export const architectureNames = ['amd64', 'arm64'] as const

/** The differences between processors. */
export interface Architecture {
  /** The name in Debian and OCI. */
  name: (typeof architectureNames)[number]
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

export const architectures: Readonly<Record<Architecture['name'], Architecture>> = {
  amd64: {
    name: 'amd64',
    platform: 'linux/amd64',
    efiSuffix: 'X64',
    espMib: '16',
    rootType: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
    console: 'ttyS0'
  },
  arm64: {
    name: 'arm64',
    platform: 'linux/arm64',
    efiSuffix: 'AA64',
    espMib: '40',
    rootType: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
    console: 'ttyAMA0'
  }
}

/** The architecture of this host. */
export function ownArchitecture(): Architecture['name'] {
  return process.arch === 'arm64' ? 'arm64' : 'amd64'
}
