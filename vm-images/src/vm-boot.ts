import { explainFailure, Failure, stop, stopOnSignals, untilStopped } from '@bookinfo/images'
import { createWriteStream } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { bootOptions, bootUsage } from './boot-options.ts'
import { seedTools, settingsAsUserData } from './seed.ts'
import { qemuTools } from './qemu.ts'
import { requireDataDisk } from './data-disk.ts'
import { requireFreePort } from './free-port.ts'
import { startServiceMachine, untilReady } from './service-machine.ts'
import { requireTools } from './tools.ts'

/** A guest under emulation on a busy host takes its time. */
const POWER_OFF_MS = 60_000

const print = (line: string): void => void process.stdout.write(`${line}\n`)
stopOnSignals()

await explainFailure(async () => {
  const options = bootOptions(process.argv.slice(2))
  if (options.help) return print(bootUsage.trimEnd())
  await requireTools('booting a virtual machine', { ...qemuTools, ...seedTools })
  const { image, host, port, seed, userData, data, log, ...hardware } = options
  const { hostname, settings } = image.example
  await requireFreePort(host, port)
  if (data !== undefined) await requireDataDisk(data)
  const output = log === undefined ? process.stdout : createWriteStream(log)
  const startedAt = performance.now()
  await using machine = await startServiceMachine({
    ...hardware,
    ...(data !== undefined && { data }),
    image: image.name,
    host,
    port,
    // What a terminal understands as orders is for a terminal that answers.
    onConsole: (text) => void output.write(stripVTControlCharacters(text)),
    ...(seed && {
      seed: {
        kind: seed,
        hostname,
        userData: userData ?? settingsAsUserData(image.name, settings)
      }
    })
  })
  const sayWhenReady = async () => {
    if (!(await untilReady(image, { host, port }, stop))) return
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const address = image.service === undefined ? `${host}:${port}` : `http://localhost:${port}/${image.service}/0`
    print(`\n${image.name} answers at ${address} after ${seconds} s. Ctrl-C switches the machine off.\n`)
  }
  void sayWhenReady()
  const how = await Promise.race([untilStopped(), machine.ended])
  if (how !== 'stopped') throw new Failure(`the virtual machine ended by itself with ${how}`)
  print('\nswitching the machine off')
  await machine.powerOff(POWER_OFF_MS)
})
