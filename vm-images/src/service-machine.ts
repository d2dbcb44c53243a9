import { Failure } from '@bookinfo/images'
import { existsSync } from 'node:fs'
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { chooseAccelerator } from './accelerator.ts'
import { ownArchitecture } from './architecture.ts'
import { untilGreeted } from './greeting.ts'
import { filesOf, readImage, type Image } from './image.ts'
import { startMachine, type Machine, type MachineOptions } from './machine.ts'
import type { Hardware } from './qemu.ts'

/** Where the guest reaches the host that runs it. */
export const HOST_SEEN_FROM_GUEST = '10.0.2.1'

export type ServiceMachineOptions = Pick<MachineOptions, 'seed' | 'onConsole'> &
  Partial<Pick<Hardware, 'firmware' | 'memoryMiB' | 'cpus' | 'accelerator' | 'data'>> & {
    /** Folder of the image. */
    image?: string
    /** Where on this host the service is to answer. */
    host: string
    port: number
  }

/**
 * Starts an image for somebody on this host, with the memory that the manifests give it. `port` leads to the service.
 *
 * @throws Failure if the image is not built
 */
export async function startServiceMachine(options: ServiceMachineOptions): Promise<Machine> {
  const { image: name = 'details', host, port, memoryMiB = 512, cpus = 1, firmware = 'bios' } = options
  const { seed, data, onConsole } = options
  const architecture = ownArchitecture()
  const image = readImage(name)
  const { disk, kernel } = filesOf(image, architecture)
  if (!existsSync(disk)) throw new Failure(`there is no virtual machine to boot: run npm run vm:build -- ${name} first`)
  return startMachine({
    image: disk,
    architecture,
    accelerator: options.accelerator ?? (await chooseAccelerator(architecture, kernel)),
    firmware,
    memoryMiB,
    cpus,
    network: { host, port, guestPort: image.port },
    ...(seed && { seed }),
    ...(data !== undefined && { data }),
    ...(onConsole && { onConsole })
  })
}

const POLL_MS = 250
const ANSWER_MS = 5_000

/** Asks until what an image is for can be used; false if the signal said to stop asking. */
export function untilReady(
  { service }: Image,
  at: { host: string; port: number },
  stop: AbortSignal
): Promise<boolean> {
  const { host, port } = at
  return service === undefined ? untilGreeted(host, port, stop) : untilServiceReady(`http://${host}:${port}`, stop)
}

/** Asks until the service is ready for requests; false if the signal said to stop asking. */
export async function untilServiceReady(origin: string, stop: AbortSignal): Promise<boolean> {
  while (!stop.aborted) {
    if (await isReady(origin)) return true
    await sleep(POLL_MS)
  }
  return false
}

function isReady(origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(`${origin}/readyz`, { agent: false, timeout: ANSWER_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(false))
  })
}
