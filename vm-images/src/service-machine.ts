import { Failure } from '@bookinfo/cli'
import { existsSync } from 'node:fs'
import { chooseAccelerator } from './accelerator.ts'
import { ownArchitecture } from './architecture.ts'
import { filesOf, readImage } from './image.ts'
import { startMachine, type Machine, type MachineOptions } from './machine.ts'
import type { Hardware } from './qemu.ts'

/** The host's address in QEMU's network. */
export const HOST_SEEN_FROM_GUEST = '10.0.2.1'

export type ServiceMachineOptions = Pick<MachineOptions, 'seed' | 'layer' | 'onConsole' | 'data' | 'diskBus'> &
  Partial<Pick<Hardware, 'firmware' | 'memoryMiB' | 'cpus' | 'accelerator'>> & {
    /** Folder of the image; `details` if absent. */
    image?: string
    /** The address on this host that leads to the service. */
    host: string
    port: number
    /** The MAC address; QEMU's default if absent. */
    mac?: string
  }

/**
 * Starts an image with QEMU's network, and with the memory that the manifests give it.
 *
 * @throws Failure if the image is not built
 */
export async function startServiceMachine(options: ServiceMachineOptions): Promise<Machine> {
  const { image: name = 'details', host, port, mac, accelerator, ...rest } = options
  const architecture = ownArchitecture()
  const image = readImage(name)
  const { disk, kernel } = filesOf(image, architecture)
  if (!existsSync(disk)) throw new Failure(`the image ${name} is not built: run npm run vm:build -- ${name}`)
  return startMachine({
    firmware: 'bios',
    memoryMiB: 512,
    cpus: 1,
    ...rest,
    image: disk,
    architecture,
    accelerator: accelerator ?? (await chooseAccelerator(architecture, kernel)),
    network: { host, port, guestPort: image.port, ...(mac !== undefined && { mac }) }
  })
}
