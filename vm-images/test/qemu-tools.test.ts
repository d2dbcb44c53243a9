import { expect, test } from 'vitest'
import { qemuTools } from '../src/qemu-tools.ts'

const images = { 'qemu-img': { inPackage: 'qemu-utils' } }
const forPc = { 'qemu-system-x86_64': { inPackage: 'qemu-system-x86' }, ...images }
const forArm = {
  'qemu-system-aarch64': { inPackage: 'qemu-system-arm' },
  ...images,
  '/usr/share/AAVMF/AAVMF_CODE.fd': { inPackage: 'qemu-efi-aarch64' }
}

test('a machine needs the emulator of its processor, and UEFI if it has no BIOS', () => {
  expect(qemuTools('amd64', 'bios')).toEqual(forPc)
  expect(qemuTools('amd64', 'uefi')).toEqual({
    ...forPc,
    '/usr/share/OVMF/OVMF_CODE_4M.fd': { inPackage: 'ovmf' }
  })
  expect(qemuTools('amd64', 'secure-boot')).toEqual({
    ...forPc,
    '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd': { inPackage: 'ovmf' }
  })
  expect(() => qemuTools('arm64', 'secure-boot')).toThrow('Secure Boot is not available for arm64: boot by UEFI')
  expect(qemuTools('arm64', 'bios')).toEqual(forArm)
  expect(qemuTools('arm64', 'uefi')).toEqual(forArm)
})
