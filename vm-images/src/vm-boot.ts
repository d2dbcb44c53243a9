import { explainFailure, Failure } from '@bookinfo/images'
import { createWriteStream } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { bootOptions, bootUsage } from './boot-options.ts'
import { seedTools, settingsAsUserData } from './seed.ts'
import { qemuTools } from './qemu.ts'
import { startServiceMachine, untilServiceReady } from './service-machine.ts'
import { stopOnSignals } from './stop-signal.ts'
import { requireTools } from './tools.ts'

/** A guest under emulation on a busy host; on hardware it takes two seconds. */
const POWER_OFF_MS = 60_000

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const stop = stopOnSignals()

await explainFailure(async () => {
  const options = bootOptions(process.argv.slice(2))
  if (options.help) return print(bootUsage.trimEnd())
  await requireTools('booting a virtual machine', { ...qemuTools, ...seedTools })
  const { host, port, seed, userData, log, ...hardware } = options
  const output = log === undefined ? process.stdout : createWriteStream(log)
  const startedAt = performance.now()
  await using machine = await startServiceMachine({
    ...hardware,
    host,
    port,
    // What a terminal understands as orders is for a terminal that answers.
    onConsole: (text) => void output.write(stripVTControlCharacters(text)),
    ...(seed && {
      seed: {
        kind: seed,
        hostname: 'details-v1',
        userData: userData ?? settingsAsUserData('details', { SERVICE_VERSION: 'v1' })
      }
    })
  })
  const origin = `http://localhost:${port}`
  const sayWhenReady = async () => {
    if (!(await untilServiceReady(`http://${host}:${port}`, stop))) return
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    print(`\ndetails answers at ${origin}/details/0 after ${seconds} s. Ctrl-C switches the machine off.\n`)
  }
  void sayWhenReady()
  const stopped = new Promise<'stopped'>((resolve) => stop.addEventListener('abort', () => resolve('stopped')))
  const how = await Promise.race([stopped, machine.ended])
  if (how !== 'stopped') throw new Failure(`the virtual machine ended by itself with ${how}`)
  print('\nswitching the machine off')
  await machine.powerOff(POWER_OFF_MS)
})
