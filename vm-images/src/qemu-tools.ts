import { Failure, type Tools } from '@bookinfo/cli'
import type { Architecture } from './architecture.ts'

interface Emulator {
  program: string
  inPackage: string
  uefi: { code: string; inPackage: string }
  /** UEFI with Secure Boot switched on, and the variables that hold Microsoft's keys. */
  secureBoot?: { code: string; variables: string; inPackage: string }
}

const OVMF = '/usr/share/OVMF'

const emulators: Record<Architecture['name'], Emulator> = {
  amd64: {
    program: 'qemu-system-x86_64',
    inPackage: 'qemu-system-x86',
    uefi: { code: `${OVMF}/OVMF_CODE_4M.fd`, inPackage: 'ovmf' },
    secureBoot: {
      code: `${OVMF}/OVMF_CODE_4M.secboot.fd`,
      variables: `${OVMF}/OVMF_VARS_4M.ms.fd`,
      inPackage: 'ovmf'
    }
  },
  arm64: {
    program: 'qemu-system-aarch64',
    inPackage: 'qemu-system-arm',
    uefi: { code: '/usr/share/AAVMF/AAVMF_CODE.fd', inPackage: 'qemu-efi-aarch64' }
  }
}

export type Firmware = 'bios' | 'uefi' | 'secure-boot'

/** The program that emulates this architecture. */
export function emulatorFor(architecture: Architecture['name']): string {
  return emulators[architecture].program
}

/**
 * The files with a machine's firmware, undefined for the BIOS that is part of QEMU. ARM has no BIOS, so it always gets UEFI.
 *
 * @throws Failure for Secure Boot on ARM
 */
export function firmwareFiles(
  architecture: Architecture['name'],
  firmware: Firmware
): { code: string; variables?: string; inPackage: string } | undefined {
  const { uefi, secureBoot } = emulators[architecture]
  if (firmware === 'bios' && architecture !== 'arm64') return undefined
  if (firmware !== 'secure-boot') return uefi
  if (secureBoot === undefined) throw new Failure(`Secure Boot is not available for ${architecture}: boot by UEFI`)
  return secureBoot
}

/** The programs and files that such a machine needs. */
export function qemuTools(architecture: Architecture['name'], firmware: Firmware): Tools {
  const { program, inPackage } = emulators[architecture]
  const files = firmwareFiles(architecture, firmware)
  return {
    [program]: { inPackage },
    'qemu-img': { inPackage: 'qemu-utils' },
    ...(files && { [files.code]: { inPackage: files.inPackage } })
  }
}
