import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants } from 'node:fs/promises'
import { ownArchitecture, type Architecture } from './architecture.ts'
import type { Hardware } from './qemu.ts'
import { emulatorFor } from './qemu-tools.ts'

/** With working KVM the kernel needs a second. */
const TRIAL_MS = 20_000

/** The error of a kernel without a disk. It proves that the kernel has run until it looks for its root. */
const NO_ROOT = 'Unable to mount root fs'

/**
 * Tests KVM with the machine's own kernel. `/dev/kvm` alone proves little: on a host that is a virtual machine itself, KVM may
 * start firmware and then fail to run a kernel.
 *
 * @param kernel for this host's processor
 */
export async function chooseAccelerator(
  architecture: Architecture['name'],
  kernel: string
): Promise<Hardware['accelerator']> {
  if (architecture !== ownArchitecture() || !(await isUsable('/dev/kvm'))) return 'tcg'
  const [machine, console] = architecture === 'arm64' ? ['virt', 'ttyAMA0'] : ['q35', 'ttyS0']
  const hardware = `-machine ${machine} -accel kvm -cpu host -m 256 -nodefaults -no-user-config -display none -serial stdio`
  const args = [...hardware.split(' '), '-no-reboot', '-kernel', kernel, '-append', `console=${console} panic=-1`]
  const qemu = spawn(emulatorFor(architecture), args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let written = ''
  qemu.stdout.setEncoding('utf8').on('data', (text: string) => (written += text))
  const timer = setTimeout(() => qemu.kill('SIGKILL'), TRIAL_MS)
  await once(qemu, 'close').catch(() => undefined)
  clearTimeout(timer)
  return written.includes(NO_ROOT) ? 'kvm' : 'tcg'
}

function isUsable(file: string): Promise<boolean> {
  return access(file, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false
  )
}
