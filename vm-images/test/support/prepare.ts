import { requireTools } from '@bookinfo/cli'
import { diskTools, filesOf, imageNames, ownArchitecture, qemuTools, readImage, seedTools } from '../../src/index.ts'
import { existsSync } from 'node:fs'

/** Fails before the first test if a tool or an image is missing, so that no test is skipped. */
export async function setup(): Promise<void> {
  await requireTools('testing the virtual machine', {
    ...diskTools(ownArchitecture()),
    ...qemuTools(ownArchitecture(), 'secure-boot'),
    ...seedTools,
    ip: { inPackage: 'iproute2', version: '-Version' },
    nft: { inPackage: 'nftables' },
    dnsmasq: { inPackage: 'dnsmasq-base' },
    skopeo: { inPackage: 'skopeo' },
    curl: { inPackage: 'curl' }
  })
  for (const name of imageNames) {
    const { disk } = filesOf(readImage(name), ownArchitecture())
    if (!existsSync(disk)) throw new Error(`the image ${name} is not built: run npm run vm:build -- ${name}`)
  }
}
