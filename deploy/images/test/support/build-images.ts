import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../../..')

/** Needed packages of Debian, each with a command that works if it is installed. */
const tools: Record<string, string[]> = {
  buildah: ['buildah', 'version'],
  podman: ['podman', '--version'],
  runc: ['runc', '--version'],
  mmdebstrap: ['mmdebstrap', '--version'],
  elfutils: ['eu-strip', '--version']
}

/** Builds all images with `npm run images`, unless those of this commit are there. The tests of a cluster use them too. */
export async function setup(): Promise<void> {
  requireTools()
  const args = ['run', 'images', '--', '--base', 'debian', '--builder', 'buildah', '--unless-built', '--debug']
  const build = spawn('npm', args, { cwd: ROOT, stdio: 'inherit' })
  await once(build, 'exit')
  if (build.exitCode !== 0) throw new Error('npm run images has failed')
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
