import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownArchitecture } from '../src/architecture.ts'
import { writePrograms } from './programs.ts'

const build = join(import.meta.dirname, '../src/vm-build.ts')

test("a build for another processor asks for what runs that one's programs, before anything is made", async () => {
  const other = ownArchitecture() === 'amd64' ? 'arm64' : 'amd64'
  await using programs = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-foreign-'))
  programs.defer(() => rm(folder, { recursive: true }))
  const runsNothingElse = `[ "$1" = ${ownArchitecture()} ]`
  const scripts = { mmdebstrap: '[ "$1" = --version ]', 'eu-strip': '', xz: '', 'qemu-img': '', buildah: '' }
  await writePrograms(folder, { ...scripts, 'arch-test': runsNothingElse })
  const ended = await new Promise((resolve) => {
    const args = [build, 'mysql', '--architecture', other]
    execFile(process.execPath, args, { env: { PATH: `${folder}:/usr/bin:/bin` } }, (error, stdout, stderr) => {
      resolve({ code: error?.code, stdout, stderr })
    })
  })
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `bookinfo: building a virtual machine for ${other} needs more than is here: on Debian and Ubuntu, ` +
      'apt-get install arch-test qemu-user-static binfmt-support\n'
  })
})
