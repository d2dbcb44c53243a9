import type { Contrib } from '@cyclonedx/cyclonedx-library'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** An npm package of which a bundle contains at least one module. */
export interface BundledPackage {
  name: string
  version: string
  /** Where it is installed. */
  folder: string
  manifest: Contrib.FromNodePackageJson.Types.NodePackageJson
}

/**
 * The packages that modules are from, each once, by name and version. Our own modules are from none.
 *
 * @param modules absolute paths; a bundler knows which are in a bundle, and so does its source map
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

/** Absolute paths of the modules that a bundle is made of, as its source map tells. */
export function modulesInBundle(sourceMap: string): string[] {
  const { sources }: { sources: string[] } = JSON.parse(readFileSync(sourceMap, 'utf8'))
  return sources.map((source) => resolve(dirname(sourceMap), source))
}

/** The innermost, as a package may bring packages of its own. */
function packageFolder(module: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(module)?.[0]
}
