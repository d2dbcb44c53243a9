import {
  readImage,
  readyBefore,
  settingsAsUserData,
  startServiceMachine,
  type Machine,
  type Seed,
  type ServiceMachineOptions
} from '../../src/index.ts'
import { freePort } from '@bookinfo/service-kit/testing'

/** Ends a test that hangs. An emulated machine boots in a minute, on a busy host in many. */
export const BOOT_MS = 1_200_000

/** The same for steps that take seconds in a running machine. */
export const REPLY_MS = 300_000

export interface Booted extends AsyncDisposable {
  machine: Machine
  origin: string
}

export type BootOptions = Partial<Omit<ServiceMachineOptions, 'host' | 'port'>>

/** Boots an image and waits until it answers. If it does not, the error shows its console. Disposing of it cuts the power. */
export async function boot(options: BootOptions = {}): Promise<Booted> {
  const port = await freePort()
  const host = '127.0.0.1'
  const origin = `http://${host}:${port}`
  await using starting = new AsyncDisposableStack()
  const machine = starting.use(await startServiceMachine({ accelerator: 'tcg', ...options, host, port }))
  const image = readImage(options.image ?? 'details')
  const isReady = await readyBefore(machine.ended, image, { host, port, timeoutMs: BOOT_MS })
  if (!isReady) throw new Error(`the machine did not boot; its console:\n${machine.console().slice(-4000)}`)
  const running = starting.move()
  return { machine, origin, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** A seed with settings for the service, as KubeVirt makes it for `cloudInitNoCloud`. */
export function settings(env: Record<string, string>): Seed {
  return { kind: 'nocloud', hostname: 'details-v1-vm', userData: settingsAsUserData('details', env) }
}
