import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram, workspace } from './support/program.ts'

/** A launcher that has a virtual machine to switch off: longer than all else has time for. */
const launcher = `
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 11_000))
setInterval(() => process.stdout.write('runs'), 50)
`

/** The bootstrap, with a program of ours behind it. */
async function repositoryWith(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-bootstrap-'))
  const all = { 'package.json': '{"type":"module","engines":{"node":">=22.19"}}', ...files }
  await cp(join(workspace, 'bin'), join(folder, 'suite/bin'), { recursive: true })
  for (const [name, content] of Object.entries(all)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return {
    bootstrap: join(folder, 'suite/bin/bootstrap.mjs'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true })
  }
}

test.concurrent.each([
  ['--details vm', ['--details', 'vm']],
  ['--details=vm', ['--details=vm']]
])('with %s the launcher has time to switch the machine off', async (_form, args) => {
  await using repository = await repositoryWith({ 'suite/src/main.ts': launcher })
  await using program = startProgram(repository.bootstrap, ['start', ...args])
  await program.says('runs')
  program.signal('SIGTERM')
  expect([await program.ended, program.stderr]).toEqual([0, ''])
})
