import { explainFailure, Failure, requireTools, stopOnSignals, untilStopped } from '@bookinfo/cli'
import { ownArchitecture } from './architecture.ts'
import { serviceLines } from './console.ts'
import { qemuTools } from './qemu-tools.ts'
import { HOST_SEEN_FROM_GUEST, startServiceMachine } from './service-machine.ts'
import { seedTools, settingsAsUserData } from './seed.ts'

// Runs details in a virtual machine like any service of the suite: settings in the environment, log on stdout, SIGTERM ends it.

/** The variables that go to the service. The others are for this process. */
const SETTINGS =
  /^(SERVICE_VERSION|HOSTNAME|LOG_LEVEL|SHUTDOWN_\w+|ENABLE_EXTERNAL_BOOK_SERVICE|BOOK_\w+|DO_NOT_ENCRYPT|OTEL_\w+)$/

stopOnSignals()

await explainFailure(async () => {
  const { PORT = '9081', HOST = '127.0.0.1' } = process.env
  const needed = { ...qemuTools(ownArchitecture(), 'bios'), ...seedTools }
  await requireTools('details in a virtual machine', needed)
  let rest = ''
  await using machine = await startServiceMachine({
    host: HOST,
    port: Number(PORT),
    seed: { kind: 'nocloud', hostname: 'details-v1', userData: settingsAsUserData('details', settings(process.env)) },
    onConsole(text) {
      const end = `${rest}${text}`.lastIndexOf('\n') + 1
      const whole = `${rest}${text}`.slice(0, end)
      rest = `${rest}${text}`.slice(end)
      for (const line of serviceLines(whole)) process.stdout.write(`${line}\n`)
    }
  })
  const how = await Promise.race([untilStopped(), machine.ended])
  if (how !== 'stopped') throw new Failure(`the virtual machine ended by itself with ${how}`)
  await machine.powerOff()
})

/** The settings for the guest, which reaches programs on this host under another address. */
function settings(env: NodeJS.ProcessEnv): Record<string, string> {
  const chosen = Object.entries(env).filter(([name, value]) => SETTINGS.test(name) && value !== undefined)
  return Object.fromEntries(
    chosen.map(([name, value = '']) => [
      name,
      value.replace(/\/\/(localhost|127\.0\.0\.1)\b/, `//${HOST_SEEN_FROM_GUEST}`)
    ])
  )
}
