import { explainFailure, Failure, print, requireTools, stopOnSignals, untilStopped } from '@bookinfo/cli'
import { stripVTControlCharacters } from 'node:util'
import { ownArchitecture } from './architecture.ts'
import { bootOptions, bootUsage } from './boot-options.ts'
import { requireDataDisk, requireFreePort } from './boot-requirements.ts'
import { openConsoleLog } from './console.ts'
import { seedTools, settingsAsUserData } from './seed.ts'
import { qemuTools } from './qemu-tools.ts'
import { untilReady } from './ready.ts'
import { startServiceMachine } from './service-machine.ts'

stopOnSignals()

await explainFailure(async () => {
  const options = bootOptions(process.argv.slice(2))
  if (options.help) return print(bootUsage.trimEnd())
  const needed = { ...qemuTools(ownArchitecture(), options.firmware), ...seedTools }
  await requireTools('booting a virtual machine', needed)
  const { image, host, port, seed, userData, data, log, ...hardware } = options
  const { hostname, settings } = image.example
  await requireFreePort(host, port)
  if (data !== undefined) await requireDataDisk(data)
  const file = log === undefined ? undefined : await openConsoleLog(log)
  const output = file ?? process.stdout
  const startedAt = performance.now()
  await using machine = await startServiceMachine({
    ...hardware,
    ...(data !== undefined && { data }),
    image: image.name,
    host,
    port,
    // Control sequences of the guest must not change the user's terminal.
    onConsole: (text) => void output.write(stripVTControlCharacters(text)),
    ...(seed && {
      seed: {
        kind: seed,
        hostname,
        userData: userData ?? settingsAsUserData(image.name, settings)
      }
    })
  })
  const over = new AbortController()
  const sayWhenReady = async () => {
    if (!(await untilReady(image, { host, port }, over.signal))) return
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const address = image.service === undefined ? `${host}:${port}` : `http://localhost:${port}/${image.service}/0`
    print(`\n${image.name} answers at ${address} after ${seconds} s. Ctrl-C switches the machine off.\n`)
  }
  void sayWhenReady()
  const problem = await Promise.race([
    untilStopped(),
    machine.ended.then((how) => {
      throw new Failure(`the virtual machine ended by itself with ${how}`)
    }),
    ...(file ? [file.failed] : [])
  ]).finally(() => over.abort())
  print(`\nswitching the machine off${problem === 'stopped' ? '' : `: ${problem}`}`)
  await machine.powerOff()
  if (problem !== 'stopped') throw new Failure(`the virtual machine was switched off: ${problem}`)
})
