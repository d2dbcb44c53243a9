import { join } from 'node:path'
import { buildPrograms, moduleVersion } from './programs.ts'

/** The Go module of Helm. It has the versions that Istio's module has, so that Go compiles what both need once. */
const SOURCES = join(import.meta.dirname, '../helm')

/** Builds Helm, unless this user's cache has it. @returns the path of the program */
export async function helmPath(): Promise<string> {
  const version = moduleVersion(SOURCES, 'helm.sh/helm/v4')
  const folder = await buildPrograms({
    name: 'Helm',
    version,
    module: SOURCES,
    packages: ['helm.sh/helm/v4/cmd/helm'],
    ldflags: [`-X helm.sh/helm/v4/internal/version.version=v${version}`]
  })
  return join(folder, 'helm')
}
