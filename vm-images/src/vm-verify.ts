import { explainFailure, Failure, parseOptions, print, requireTools, stopOnSignals, untilStopped } from '@bookinfo/cli'
import { ownArchitecture } from './architecture.ts'
import { freePort } from './boot-requirements.ts'
import { chooseImage, type Image } from './image.ts'
import { qemuTools, type Firmware } from './qemu-tools.ts'
import { readyBefore } from './ready.ts'
import { seedTools, settingsAsUserData } from './seed.ts'
import { startServiceMachine } from './service-machine.ts'

/** An emulated machine on a busy host boots in minutes. */
const BOOT_MS = 600_000

const HELP = 'npm run vm:verify -- --help'
const usage = `Usage: npm run vm:verify -- [image]

  Boots an image by each firmware, and fails unless the service answers, the guest agent answers, and the power button works.

  image    details or mysql (default details)
`

const firmwares: readonly Firmware[] = ownArchitecture() === 'amd64' ? ['bios', 'uefi', 'secure-boot'] : ['uefi']

const stop = stopOnSignals()

await explainFailure(async () => {
  const { values, positionals } = parseOptions(process.argv.slice(2), {
    options: { help: { type: 'boolean' } },
    help: HELP
  })
  if (values.help === true) return print(usage.trimEnd())
  const image = chooseImage(positionals, HELP)
  for (const firmware of firmwares) {
    await requireTools('booting a virtual machine', { ...qemuTools(ownArchitecture(), firmware), ...seedTools })
    const seconds = await verify(image, firmware)
    print(`${image.name} by ${firmware}: ready after ${seconds} s, the guest agent answers, the power button works`)
  }
})

/**
 * @returns the seconds to the first answer
 * @throws Failure with the end of the console if a step fails; Stopped after a stop signal
 */
async function verify(image: Image, firmware: Firmware): Promise<string> {
  const at = { host: '127.0.0.1', port: await freePort() }
  const { hostname, settings } = image.example
  const seed = { kind: 'nocloud', hostname, userData: settingsAsUserData(image.name, settings) } as const
  const startedAt = performance.now()
  await using machine = await startServiceMachine({ ...at, image: image.name, firmware, seed })
  const prove = async () => {
    if (!(await readyBefore(machine.ended, image, { ...at, timeoutMs: BOOT_MS })))
      throw new Failure(`${image.name} does not boot by ${firmware}; its console:\n${machine.console().slice(-2000)}`)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    await machine.askAgent('guest-ping')
    await machine.powerOff()
    return seconds
  }
  // A stop signal cuts the power.
  const seconds = await Promise.race([prove(), untilStopped()])
  stop.throwIfAborted()
  return seconds
}
