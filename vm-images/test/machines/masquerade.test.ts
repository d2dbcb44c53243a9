import { filesOf, ownArchitecture, readImage, startMachine } from '../../src/index.ts'
import { expect, test } from 'vitest'
import { BOOT_MS, REPLY_MS, settings } from '../support/boot.ts'
import { inGuest } from '../support/guest.ts'
import { createMasquerade } from '../support/masquerade.ts'

const architecture = ownArchitecture()
const { disk } = filesOf(readImage('details'), architecture)

test("behind KubeVirt's masquerade another pod reaches the machine at the address of its pod", async () => {
  await using network = await createMasquerade()
  const { namespace, tap, mac, podAddress } = network
  await using machine = await startMachine({
    image: disk,
    architecture,
    accelerator: 'tcg',
    firmware: 'bios',
    memoryMiB: 512,
    cpus: 1,
    namespace,
    network: { tap, mac },
    seed: settings({ SERVICE_VERSION: 'v9' })
  })
  const options = '--silent --max-time 5 --output /dev/null --write-out'.split(' ')
  const format = '%{http_code} %header{x-service-version}'
  const curl = (address: string) => ['curl', ...options, format, `http://${address}:9080/details/0`] as const
  const fromClient = () => network.inClientPod(...curl(podAddress)).catch(String)
  await expect.poll(fromClient, { timeout: BOOT_MS, interval: 1000 }).toBe('200 v9')
  // A sidecar in the machine's own pod calls it like this.
  expect(await network.inOwnPod(...curl('127.0.0.1'))).toBe('200 v9')

  const address = await inGuest(machine, 'ip -4 -o address show scope global')
  expect(address).toContain('inet 10.0.2.2/24')
  expect(await inGuest(machine, 'ip route show default')).toContain('via 10.0.2.1')
  expect(await inGuest(machine, 'ip -o link show')).toContain('mtu 1450')
  expect(await inGuest(machine, 'cat /etc/resolv.conf')).toMatch(
    /^search bookinfo\.svc\.cluster\.local svc\.cluster\.local cluster\.local$/m
  )
  expect(await inGuest(machine, 'resolvectl dns')).toContain('10.96.0.10')
  await machine.powerOff(REPLY_MS)
})
