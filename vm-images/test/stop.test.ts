import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { writePrograms } from './programs.ts'

const build = join(import.meta.dirname, '../src/vm-build.ts')

/** Like the real one it does not end for a signal, but when what it started has ended; and then it tidies up. */
const mmdebstrap = `
[ "$1" = --version ] && exit
trap : INT TERM HUP
sleep 1000 &
echo $! >"$TMPDIR/../worker"
while kill -0 $! 2>&-; do wait; done
echo tidy >"$TMPDIR/../tidied"
exit 1
`

/** Programs that a build needs, a folder for its temporary files, and what those programs leave beside it. */
async function createHost() {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-stop-'))
  for (const name of ['programs', 'temporary']) await mkdir(join(folder, name))
  await writePrograms(join(folder, 'programs'), { mmdebstrap, 'eu-strip': '', xz: '', 'qemu-img': '', buildah: '' })
  return {
    env: { PATH: `${folder}/programs:/usr/bin:/bin`, TMPDIR: `${folder}/temporary` },
    temporary: () => readdir(join(folder, 'temporary')),
    left: (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim() : ''),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true })
  }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129]
] as const)('a build that gets %s ends what it runs, and leaves nothing behind', async (signal, status) => {
  await using host = await createHost()
  // No bundle is needed for it.
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
