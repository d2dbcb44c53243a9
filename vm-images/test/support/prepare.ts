import { requireTools } from '@bookinfo/images'
import { diskTools, filesOf, imageNames, ownArchitecture, qemuTools, readImage, seedTools } from '../../src/index.ts'
import { existsSync } from 'node:fs'

/** Before the first test: nothing here may be left out because something is missing. */
export async function setup(): Promise<void> {
  await requireTools('testing the virtual machine', {
    ...diskTools(ownArchitecture()),
    ...qemuTools(ownArchitecture(), 'uefi'),
    ...seedTools,
    ip: { inPackage: 'iproute2', version: '-Version' },
    nft: { inPackage: 'nftables' },
    dnsmasq: { inPackage: 'dnsmasq-base' },
    skopeo: { inPackage: 'skopeo' },
    curl: { inPackage: 'curl' }
  })
  for (const name of imageNames) {
    const { disk } = filesOf(readImage(name), ownArchitecture())
    if (!existsSync(disk)) throw new Error(`there is no ${name} to test: run npm run vm:build -- ${name} first`)
  }
}
