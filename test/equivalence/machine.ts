import { requireTools } from '@bookinfo/cli'
import { freePort } from '@bookinfo/service-kit/testing'
import {
  chooseAccelerator,
  filesOf,
  ownArchitecture,
  qemuTools,
  readImage,
  seedTools,
  settingsAsUserData,
  startServiceMachine
} from '@bookinfo/vm-images'
import { inGuest } from '@bookinfo/vm-images/testing'
import { existsSync, statSync } from 'node:fs'
import type { Runtime } from './runtime.ts'

const POWER_OFF_MS = 120_000

const { disk, kernel } = filesOf(readImage('details'), ownArchitecture())

/** The image that `npm run vm:build` built, configured by cloud-init as in KubeVirt. */
export const asMachine: Runtime = {
  name: 'virtual machine',
  about: () => describe(),
  async missing() {
    if (!existsSync(disk)) return 'npm run vm:build'
    const needed = { ...qemuTools(ownArchitecture(), 'bios'), ...seedTools }
    return requireTools('booting a virtual machine', needed).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error))
    )
  },
  bytes: async () => statSync(disk).size,
  async start() {
    const port = await freePort()
    const userData = settingsAsUserData('details', { SERVICE_VERSION: 'v1' })
    const machine = await startServiceMachine({
      host: '127.0.0.1',
      port,
      seed: { kind: 'nocloud', hostname: 'details-v1', userData }
    })
    return {
      origin: `http://127.0.0.1:${port}`,
      // The boot goes on after the service has started.
      settled: () => inGuest(machine, 'systemctl is-system-running --wait || true'),
      pids: async () => [machine.pid],
      stop: () => machine.powerOff(POWER_OFF_MS),
      [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]()
    }
  }
}

async function describe(): Promise<string> {
  const accelerator = await chooseAccelerator(ownArchitecture(), kernel)
  const speed = accelerator === 'tcg' ? 'emulated, as this machine has no hardware virtualisation' : 'with KVM'
  return `QEMU, ${speed}; one CPU, 512 MiB, cloud-init with user-data, user-mode network`
}
