import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram, workspace } from './support/program.ts'

/** A launcher that needs more time for its end than other programs get, as for a virtual machine. */
const launcher = `
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 11_000))
setInterval(() => process.stdout.write('runs'), 50)
`

/** A repository that consists of the bootstrap and these files. */
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

const { scripts }: { scripts: Record<string, string> } = JSON.parse(
  await readFile(join(workspace, '../package.json'), 'utf8')
)
const names = Object.keys(scripts)

test('every script of the root begins with the bootstrap, which installs and chooses the Node', async () => {
  expect(Object.values(scripts).map((script) => script.replace(/^exec /, ''))).toEqual(
    names.map((name) => `node suite/bin/bootstrap.mjs ${name}`)
  )
  await using program = startProgram('bin/bootstrap.mjs', ['no-such-script'])
  expect(await program.ended).toBe(1)
  const known = /bootstrap\.mjs (\S+) /.exec(program.stderr)?.[1]?.split('|') ?? []
  expect(known.toSorted()).toEqual(names.toSorted())
})

test('every script answers --help at once, before anything is installed', async () => {
  await using repository = await repositoryWith({ 'package-lock.json': '{"packages":{}}' })
  for (const name of names) {
    await using program = startProgram(repository.bootstrap, [name, '--help'])
    expect([await program.ended, program.stderr]).toEqual([0, ''])
    expect(program.stdout).toMatch(/^npm (start|test|run \S+)( -- .*)?: /)
  }
})

test('a script without options names an argument that it does not expect', async () => {
  await using program = startProgram('bin/bootstrap.mjs', ['figures', '--al'])
  expect([await program.ended, program.stderr]).toEqual([1, 'bookinfo: npm run figures takes no options, got "--al"\n'])
})

test('a script runs with the Node of the repository', async () => {
  await using repository = await repositoryWith({ 'node_modules/.bin/node': '#!/bin/sh\necho "its own: $*"\n' })
  await chmod(join(repository.folder, 'node_modules/.bin/node'), 0o755)
  await using program = startProgram(repository.bootstrap, ['manifests', '--keep'])
  expect(await program.ended).toBe(0)
  expect(program.stdout).toBe(`its own: ${repository.folder}/deploy/check/src/main.ts --keep\n`)
})
