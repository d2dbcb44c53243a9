import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ownArchitecture } from '../src/architecture.ts'

const build = join(import.meta.dirname, '../src/vm-build.ts')

/**
 * Like the real mmdebstrap it does not end on a signal, but when its own child has ended; then it cleans up. The child itself says
 * that it is there: a signal that comes before its program has started is lost, because until then it has the trap of its parent.
 */
const mmdebstrap = `
[ "$1" = --version ] && exit
trap : INT TERM HUP
sh -c 'echo $$ >"$TMPDIR/../worker"; exec sleep 1000' &
while kill -0 $! 2>&-; do wait; done
echo tidy >"$TMPDIR/../tidied"
exit 1
`

/** A folder for temporary files, and shell scripts in place of the programs of a build. */
async function createHost(scripts: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-build-'))
  for (const name of ['programs', 'temporary']) await mkdir(join(folder, name))
  const all = { mmdebstrap, 'eu-strip': '', xz: '', 'qemu-img': '', buildah: '', ...scripts }
  for (const [name, script] of Object.entries(all))
    await writeFile(join(folder, 'programs', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return {
    env: { PATH: `${folder}/programs:/usr/bin:/bin`, TMPDIR: `${folder}/temporary` },
    temporary: () => readdir(join(folder, 'temporary')),
    left: (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : ''),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true })
  }
}

test('a build for another processor asks for its emulator before it makes anything', async () => {
  const other = ownArchitecture() === 'amd64' ? 'arm64' : 'amd64'
  await using host = await createHost({ 'arch-test': `[ "$1" = ${ownArchitecture()} ]` })
  const ended = await new Promise((resolve) => {
    const args = [build, 'mysql', '--architecture', other]
    execFile(process.execPath, args, { env: host.env }, (error, stdout, stderr) => {
      resolve({ code: error?.code, stdout, stderr })
    })
  })
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `bookinfo: building a virtual machine for ${other} needs programs that are not installed. On Debian and Ubuntu: ` +
      'apt-get install arch-test qemu-user-static binfmt-support\n'
  })
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129]
] as const)('a build that gets %s ends its children and removes its temporary files', async (signal, status) => {
  await using host = await createHost({})
  // The image mysql needs no bundle.
  const child = spawn(process.execPath, [build, 'mysql'], { env: host.env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close')
  await vi.waitUntil(() => host.left('worker') !== '' || child.exitCode !== null, { timeout: 30_000 })
  expect(await host.temporary()).toHaveLength(2)

  child.kill(signal)
  expect(await ended).toEqual([status, null])
  expect(stderr).toBe('')
  expect(host.left('tidied')).toBe('tidy')
  expect(() => process.kill(Number(host.left('worker')), 0)).toThrow('ESRCH')
  expect(await host.temporary()).toEqual([])
})
