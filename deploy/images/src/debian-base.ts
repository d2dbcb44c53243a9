import { requireTools, ROOT, run, type Tools } from '@bookinfo/cli'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findNode } from './node-package.ts'
import { architectureOf, type Platform } from './options.ts'
import { unpack, unpackingTools } from './unpack.ts'

export const DIST = join(ROOT, 'deploy/images/dist')

const tools: Tools = { ...unpackingTools, 'dpkg-deb': { inPackage: 'dpkg' } }

/**
 * Builds the base from Debian's packages and npm's Node: `dist/root-amd64.tar`, for the stage `debian` of the Dockerfile.
 *
 * @param epoch the time of every file, in seconds since 1970
 * @throws Failure if a tool is missing
 */
export async function makeDebianBase(platform: Platform, epoch: number): Promise<void> {
  await requireTools('--base debian', tools)
  await mkdir(DIST, { recursive: true })
  const { node, licence } = await findNode(platform)
  const architecture = architectureOf(platform)
  const output = join(DIST, `root-${architecture}.tar`)
  await unpack('sh', [join(ROOT, 'deploy/images/base/make.sh'), architecture, node, licence, output], {
    SOURCE_DATE_EPOCH: String(epoch)
  })
}

/**
 * Builds what the images with a shell have more, for Dockerfile.debug: `dist/debug-amd64.tar`.
 *
 * @param epoch the time of every file, in seconds since 1970
 * @throws Failure if a tool is missing
 */
export async function makeDebugLayer(platform: Platform, epoch: number): Promise<void> {
  await requireTools('--debug', tools)
  await mkdir(DIST, { recursive: true })
  const output = debugLayer(platform)
  const script = [join(ROOT, 'deploy/images/base/debug.sh'), architectureOf(platform), output]
  await unpack('sh', script, { SOURCE_DATE_EPOCH: String(epoch) })
}

/** Debian's packages in that layer, as `readDebianPackages` reads them. */
export function packagesOfDebugLayer(platform: Platform): Promise<string> {
  return run('tar', ['--extract', '--to-stdout', '--file', debugLayer(platform), './usr/share/doc/packages-debug'])
}

function debugLayer(platform: Platform): string {
  return join(DIST, `debug-${architectureOf(platform)}.tar`)
}
