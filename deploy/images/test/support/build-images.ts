import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { createStore, type Store } from './store.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The configuration of the store with the images. */
    storage: string
  }
}

const ROOT = join(import.meta.dirname, '../../../..')

/** Needed packages of Debian, each with a command that works if it is installed. */
const tools: Record<string, string[]> = {
  buildah: ['buildah', 'version'],
  podman: ['podman', '--version'],
  runc: ['runc', '--version'],
  mmdebstrap: ['mmdebstrap', '--version'],
  elfutils: ['eu-strip', '--version']
}

let store: Store | undefined

/** Builds all images with `npm run images`, into a store that is removed after the tests. */
export async function setup(project: TestProject): Promise<void> {
  requireTools()
  store = await createStore()
  const env = { ...process.env, CONTAINERS_STORAGE_CONF: store.conf }
  const args = ['run', 'images', '--', '--base', 'debian', '--builder', 'buildah']
  const build = spawn('npm', args, { cwd: ROOT, env, stdio: 'inherit' })
  await once(build, 'exit')
  if (build.exitCode !== 0) {
    await teardown()
    throw new Error('npm run images has failed')
  }
  project.provide('storage', store.conf)
}

export async function teardown(): Promise<void> {
  await store?.[Symbol.asyncDispose]()
}

function requireTools(): void {
  const missing = Object.keys(tools).filter((name) => !runs(tools[name] ?? []))
  if (missing.length > 0) throw new Error(`apt-get install ${missing.join(' ')}: these tests build images and run them`)
  if (process.getuid?.() !== 0) throw new Error('run this as root: these tests limit what containers may do')
}

function runs([program = '', ...args]: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
