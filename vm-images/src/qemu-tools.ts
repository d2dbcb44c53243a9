import type { Architecture } from './architecture.ts'
import type { Tools } from '@bookinfo/images'

interface Emulator {
  program: string
  inPackage: string
  /** UEFI, which for a PC is beside the BIOS that QEMU brings. */
  uefi: { file: string; inPackage: string }
}

const emulators: Record<Architecture['name'], Emulator> = {
  amd64: {
    program: 'qemu-system-x86_64',
    inPackage: 'qemu-system-x86',
    uefi: { file: '/usr/share/OVMF/OVMF_CODE_4M.fd', inPackage: 'ovmf' }
  },
  arm64: {
    program: 'qemu-system-aarch64',
    inPackage: 'qemu-system-arm',
    uefi: { file: '/usr/share/AAVMF/AAVMF_CODE.fd', inPackage: 'qemu-efi-aarch64' }
  }
}

export type Firmware = 'bios' | 'uefi'

/** The program that is a machine of this architecture. */
export function emulatorFor(architecture: Architecture['name']): string {
  return emulators[architecture].program
}

/** The file with a machine's firmware; undefined for the BIOS. There is none for ARM, which has UEFI at all times. */
export function firmwareFile(architecture: Architecture['name'], firmware: Firmware): string | undefined {
  return firmware === 'uefi' || architecture === 'arm64' ? emulators[architecture].uefi.file : undefined
}

/** What has to be here for such a machine to run. */
export function qemuTools(architecture: Architecture['name'], firmware: Firmware): Tools {
  const { program, inPackage, uefi } = emulators[architecture]
  const file = firmwareFile(architecture, firmware)
  return {
    [program]: { inPackage },
    'qemu-img': { inPackage: 'qemu-utils' },
    ...(file !== undefined && { [file]: { inPackage: uefi.inPackage } })
  }
}
