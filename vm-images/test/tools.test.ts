import { expect, test } from 'vitest'
import { qemuTools } from '../src/qemu-tools.ts'
import { requireTools } from '../src/tools.ts'

const images = { 'qemu-img': { inPackage: 'qemu-utils' } }
const forPc = { 'qemu-system-x86_64': { inPackage: 'qemu-system-x86' }, ...images }
const forArm = {
  'qemu-system-aarch64': { inPackage: 'qemu-system-arm' },
  ...images,
  '/usr/share/AAVMF/AAVMF_CODE.fd': { inPackage: 'qemu-efi-aarch64' }
}

test('a machine needs the emulator of its processor, and its UEFI where it has no BIOS', () => {
  expect(qemuTools('amd64', 'bios')).toEqual(forPc)
  expect(qemuTools('amd64', 'uefi')).toEqual({
    ...forPc,
    '/usr/share/OVMF/OVMF_CODE_4M.fd': { inPackage: 'ovmf' }
  })
  expect(qemuTools('arm64', 'bios')).toEqual(forArm)
  expect(qemuTools('arm64', 'uefi')).toEqual(forArm)
})

test('programs and files that are missing are named by their packages, once each', async () => {
  const here = { tar: { inPackage: 'tar' }, '/etc/passwd': { inPackage: 'base-passwd' } }
  const missing = {
    'no-such-program': { inPackage: 'one' },
    '/no/such/file': { inPackage: 'other' },
    '/no/such/file.too': { inPackage: 'other' }
  }
  await expect(requireTools('it', { ...here, ...missing })).rejects.toThrow(
    /^it needs more than is here: on Debian and Ubuntu, apt-get install one other$/
  )
})
