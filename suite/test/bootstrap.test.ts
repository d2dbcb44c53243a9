import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startProgram, workspace } from './support/program.ts'
import { openTerminal } from './support/terminal.ts'

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

/** Installs the one package of the lockfile. Fails if it runs twice, or at the same time as another. */
const npm = `
import { mkdirSync, writeFileSync, cpSync } from 'node:fs'
mkdirSync('started')
setTimeout(() => {
  mkdirSync('node_modules/one', { recursive: true })
  writeFileSync('node_modules/one/package.json', '{}')
  setTimeout(() => cpSync('package-lock.json', 'node_modules/.package-lock.json'), 1500)
}, 1500)
`
const uninstalled = {
  'package-lock.json': '{"packages":{"":{},"node_modules/one":{"version":"1.0.0"}}}',
  'npm-cli.js': npm,
  'deploy/check/src/main.ts': 'process.stdout.write("checked")'
}

test('of two first commands one installs the packages and shows how far it is, and the other waits for it', async () => {
  await using repository = await repositoryWith(uninstalled)
  const env = { npm_execpath: join(repository.folder, 'npm-cli.js') }
  await using first = startProgram(repository.bootstrap, ['manifests'], env)
  await using second = startProgram(repository.bootstrap, ['manifests'], env)
  expect([await first.ended, first.stdout, await second.ended, second.stdout]).toEqual([0, 'checked', 0, 'checked'])
  const [one = '', other = ''] = [first, second].map(({ stderr }) => stderr).toSorted()
  expect(one).toMatch(/^bookinfo: another command \(process \d+\) is installing the packages; waiting for it \.\.\.\n$/)
  expect(other.split('\n').map((line) => line.replace(/after \d+ s/, 'after N s'))).toEqual([
    'bookinfo: installing packages (npm ci); needed once, takes about half a minute ...',
    'bookinfo: 1 of 1 packages',
    'bookinfo: all packages are installed, after N s',
    ''
  ])
  expect(await readdir(join(repository.folder, '.data'))).toEqual([])
})

test('on a terminal one line shows how far the installation is', async () => {
  await using repository = await repositoryWith(uninstalled)
  const env = { npm_execpath: join(repository.folder, 'npm-cli.js') }
  await using terminal = openTerminal('node', [repository.bootstrap, 'manifests'], env)
  await terminal.shows('checked')
  expect(terminal.text).toContain('\rbookinfo: 1 of 1 packages\r\nbookinfo: all packages are installed, after ')
})

test('a command that was killed while it installed keeps nobody waiting', async () => {
  // The greatest process id of Linux.
  const killed = 4_194_303
  await using repository = await repositoryWith({ ...uninstalled, '.data/installing': String(killed) })
  const env = { npm_execpath: join(repository.folder, 'npm-cli.js') }
  await using program = startProgram(repository.bootstrap, ['manifests'], env)
  expect([await program.ended, program.stdout]).toEqual([0, 'checked'])
  expect(program.stderr).not.toContain('waiting')
})

test('an installation that fails is told with the output of npm, and the next command may try again', async () => {
  const failing = 'process.stdout.write("npm error: no network\\n"); process.exitCode = 1'
  await using repository = await repositoryWith({ ...uninstalled, 'npm-cli.js': failing })
  const env = { npm_execpath: join(repository.folder, 'npm-cli.js') }
  for (const attempt of ['first', 'second']) {
    await using program = startProgram(repository.bootstrap, ['manifests'], env)
    expect([attempt, await program.ended]).toEqual([attempt, 1])
    expect(program.stderr).toContain(
      'npm error: no network\nbookinfo: npm ci failed with exit code 1; its output is above.'
    )
  }
})
