import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
    folder,
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

test('every script of the root begins with the bootstrap, which installs and chooses the Node', async () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    await readFile(join(workspace, '../package.json'), 'utf8')
  )
  const names = Object.keys(scripts)
  expect(Object.values(scripts).map((script) => script.replace(/^exec /, ''))).toEqual(
    names.map((name) => `node suite/bin/bootstrap.mjs ${name}`)
  )
  await using program = startProgram('bin/bootstrap.mjs', ['no-such-script'])
  expect(await program.ended).toBe(1)
  const known = /bootstrap\.mjs (\S+) /.exec(program.stderr)?.[1]?.split('|') ?? []
  expect(known.toSorted()).toEqual(names.toSorted())
})

test('a script runs with the Node that the repository brings', async () => {
  await using repository = await repositoryWith({ 'node_modules/.bin/node': '#!/bin/sh\necho "its own: $*"\n' })
  await chmod(join(repository.folder, 'node_modules/.bin/node'), 0o755)
  await using program = startProgram(repository.bootstrap, ['manifests', '--help'])
  expect(await program.ended).toBe(0)
  expect(program.stdout).toBe(`its own: ${repository.folder}/deploy/check/src/main.ts --help\n`)
})
