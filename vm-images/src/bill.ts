import { nodeVersion, type Sources } from '@bookinfo/images'
import { billOfMaterials, bundledPackages, modulesInBundle, readDebianPackages } from '@bookinfo/sbom'
import { writeFile } from 'node:fs/promises'
import type { Image } from './image.ts'
import { sourceMaps } from './stage.ts'

/**
 * Writes the bill of materials of a disk, CycloneDX.
 *
 * @param status dpkg's list of the machine's packages
 */
export async function writeBill(file: string, image: Image, status: string, sources: Sources): Promise<void> {
  const maps = await sourceMaps(image)
  const bill = billOfMaterials({
    name: image.title,
    version: sources.version,
    description: image.description,
    npm: bundledPackages(maps.flatMap((map) => modulesInBundle(map))),
    debian: readDebianPackages(status),
    debianRelease: '13',
    ...(image.service !== undefined && { node: nodeVersion() }),
    sourceDateEpoch: sources.epoch
  })
  await writeFile(file, bill)
}
