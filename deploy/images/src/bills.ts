import { ROOT } from '@bookinfo/cli'
import { billOfMaterials, bundledPackages, modulesInBundle, readDebianPackages } from '@bookinfo/sbom'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isOurs, type Builder, type Plan } from './builder.ts'
import type { Image } from './catalogue.ts'
import { DIST, packagesOfDebugLayer } from './debian-base.ts'
import { nodeVersion } from './node-package.ts'
import { architectureOf, type Platform } from './options.ts'

/** The file with the bill of materials of an image. */
export function billOf(name: string, platform: Platform): string {
  return join(DIST, `${name}.${architectureOf(platform)}.cdx.json`)
}

/**
 * Writes a bill of materials for each image and platform: `dist/examples-bookinfo-details-v1.amd64.cdx.json`, and
 * `….amd64-debug.cdx.json` for the variant with a shell. The content of a base from elsewhere is unknown, so the bill of its images
 * lists npm's packages only, and those of the shell.
 */
export async function writeBills(
  images: readonly Image[],
  plan: Plan & { debug: boolean },
  builder: Builder
): Promise<void> {
  await mkdir(DIST, { recursive: true })
  const { version, epoch } = plan.sources
  for (const platform of plan.platforms) {
    const debian = isOurs(plan.base) ? readDebianPackages(await builder.readPackages(plan, platform)) : []
    const base = { debianRelease: '13', ...(isOurs(plan.base) && { node: nodeVersion() }) }
    const shell = plan.debug ? readDebianPackages(await packagesOfDebugLayer(platform)) : []
    for (const { name, service } of images) {
      const folder = join(ROOT, 'services', service)
      const maps = (await readdir(join(folder, 'dist'))).filter((file) => file.endsWith('.map'))
      const npm = bundledPackages(maps.flatMap((map) => modulesInBundle(join(folder, 'dist', map))))
      const { description }: { description: string } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const contents = { name, version, description, npm, debian, ...base, sourceDateEpoch: epoch }
      const bill = billOf(name, platform)
      await writeFile(bill, billOfMaterials(contents))
      if (!plan.debug) continue
      const withShell = { ...contents, version: `${version}-debug`, debian: [...debian, ...shell] }
      await writeFile(bill.replace(/(?=\.cdx\.json$)/, '-debug'), billOfMaterials(withShell))
    }
  }
}
