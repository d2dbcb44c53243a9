import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const REPOSITORY = join(import.meta.dirname, '../..')

/** What a build leaves. */
const built = [
  './.turbo',
  './node_modules/.cache',
  './services/*/dist',
  './services/*/.turbo',
  './deploy/images/dist',
  './vm-images/*/dist'
]

/** Copies everything but what was built to a folder, with new times: as if somebody else had cloned and installed it. */
export async function copySources(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const copy = `tar --create ${built.map((path) => `--exclude='${path}'`).join(' ')} . | tar --extract --touch --directory "$0"`
  await execute('sh', ['-c', copy, folder], { cwd: REPOSITORY })
}
