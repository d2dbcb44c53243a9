import { ROOT } from '@bookinfo/cli'
import { billOfMaterials, bundledPackages, modulesInBundle, readDebianPackages } from '@bookinfo/sbom'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOurs, type Builder, type Plan } from './builder.ts'
import type { Image } from './catalogue.ts'
import { DIST } from './debian-base.ts'
import { nodeVersion } from './node-package.ts'
import { architectureOf, type Platform } from './options.ts'

/** The file with the bill of materials of an image. */
export function billOf(name: string, platform: Platform): string {
  return join(DIST, `${name}.${architectureOf(platform)}.cdx.json`)
}

/**
 * Writes a bill of materials for each image and platform: `dist/examples-bookinfo-details-v1.amd64.cdx.json`. The
 * content of a base from elsewhere is unknown, so the bill of its images lists npm's packages only.
 */
export async function writeBills(images: readonly Image[], plan: Plan, builder: Builder): Promise<void> {
  await mkdir(DIST, { recursive: true })
  const { version, epoch } = plan.sources
  for (const platform of plan.platforms) {
    const base = isOurs(plan.base)
      ? {
          debian: readDebianPackages(await builder.readPackages(plan, platform)),
          debianRelease: '13',
          node: nodeVersion()
        }
      : {}
    for (const { name, service } of images) {
      const folder = join(ROOT, 'services', service)
      const maps = (await readdir(join(folder, 'dist'))).filter((file) => file.endsWith('.map'))
      const npm = bundledPackages(maps.flatMap((map) => modulesInBundle(join(folder, 'dist', map))))
      const { description }: { description: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const bill = billOfMaterials({ name, version, description, npm, ...base, sourceDateEpoch: epoch })
      await writeFile(billOf(name, platform), bill)
    }
  }
}
