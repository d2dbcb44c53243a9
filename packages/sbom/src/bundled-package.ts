import type { Contrib } from '@cyclonedx/cyclonedx-library'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** An npm package of which a bundle contains at least one module. */
export interface BundledPackage {
  name: string
  version: string
  /** The folder in which it is installed. */
  folder: string
  manifest: Contrib.FromNodePackageJson.Types.NodePackageJson
}

/**
 * The npm packages of modules, each once, sorted by name and version. Modules of this repository are left out.
 *
 * @param modules absolute paths, from the bundler or from a bundle's source map
 */
export function bundledPackages(modules: Iterable<string>): BundledPackage[] {
  const folders = new Set([...modules].map(packageFolder).filter((folder) => folder !== undefined))
  const found = [...folders].map((folder): [id: string, found: BundledPackage] => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return [
      `${manifest.name}@${manifest.version}`,
      { name: manifest.name, version: manifest.version, folder, manifest }
    ]
  })
  const byId = new Map(found)
  return [...byId.keys()].toSorted().flatMap((id) => byId.get(id) ?? [])
}

/** The absolute paths of a bundle's modules, read from its source map. */
export function modulesInBundle(sourceMap: string): string[] {
  const { sources }: { sources: string[] } = JSON.parse(readFileSync(sourceMap, 'utf8'))
  return sources.map((source) => resolve(dirname(sourceMap), source))
}

/** The folder of a module's package. A package may contain packages of its own: the innermost one counts. */
function packageFolder(module: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(module)?.[0]
}
