import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants } from 'node:fs/promises'
import { ownArchitecture, type Architecture } from './architecture.ts'
import type { Hardware } from './qemu.ts'
import { emulatorFor } from './qemu-tools.ts'

/** A kernel that really runs is through in a second. */
const PATIENCE_MS = 20_000

/** The last words of a kernel that was given no disk: it has run from its first instruction to where it looks for one. */
const LAST_WORDS = 'Unable to mount root fs'

/**
 * Finds out whether KVM works, by running the machine's own kernel with it. That `/dev/kvm` is there says little: on hosts that
 * are virtual machines themselves it may open, start firmware and then run no kernel.
 *
 * @param kernel for the same processor as this machine's
 */
export async function chooseAccelerator(
  architecture: Architecture['name'],
  kernel: string
): Promise<Hardware['accelerator']> {
  if (architecture !== ownArchitecture() || !(await isUsable('/dev/kvm'))) return 'tcg'
  const machine = architecture === 'arm64' ? 'virt' : 'q35'
  const append = `console=${architecture === 'arm64' ? 'ttyAMA0' : 'ttyS0'} panic=-1`
  const devices = ['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio', '-no-reboot']
  const qemu = spawn(
    emulatorFor(architecture),
    [
      '-machine',
      machine,
      '-accel',
      'kvm',
      '-cpu',
      'host',
      '-m',
      '256',
      ...devices,
      '-kernel',
      kernel,
      '-append',
      append
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] }
  )
  let written = ''
  qemu.stdout.setEncoding('utf8').on('data', (text: string) => (written += text))
  const timer = setTimeout(() => qemu.kill('SIGKILL'), PATIENCE_MS)
  await once(qemu, 'close').catch(() => undefined)
  clearTimeout(timer)
  return written.includes(LAST_WORDS) ? 'kvm' : 'tcg'
}

function isUsable(file: string): Promise<boolean> {
  return access(file, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false
  )
}
