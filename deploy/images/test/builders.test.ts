import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

const main = join(import.meta.dirname, '../src/main.ts')

/** A folder with programs that record their arguments and run a script. */
function programs(scripts: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-images-'))
  const log = join(folder, 'calls')
  writeFileSync(log, '')
  for (const [name, script] of Object.entries(scripts)) {
    const text = `#!/bin/sh\necho "${name} $*" >>'${log}'\n${script}\n`
    writeFileSync(join(folder, name), text, { mode: 0o755 })
  }
  return {
    folder,
    calls: () => readFileSync(log, 'utf8').trim().split('\n'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true })
  }
}

/** Runs `npm run images` with only these programs and those of the system on its path. */
function buildImages(folder: string, args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { PATH: `${folder}:/usr/bin:/bin`, SOURCE_DATE_EPOCH: '1700000000' }
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr })
    })
  })
}

const details = 'examples-bookinfo-details-v1'
const refuses = 'echo "no space left" >&2; exit 1'

test('Docker builds what is asked for, where an engine answers', async () => {
  await using machine = programs({
    docker: `case "$*" in *bake*) echo "$SOURCE_DATE_EPOCH" >&2; ${refuses};; esac`,
    buildah: 'exit 1'
  })
  const options = ['--hub', 'docker.io/me', '--tag', 'dev', '--platform', 'linux/arm64', details]
  const { code, stdout, stderr } = await buildImages(machine.folder, options)
  expect({ code, stdout }).toEqual({ code: 1, stdout: 'building 1 image for linux/arm64 with Docker\n' })
  expect(stderr).toBe('bookinfo: docker buildx failed:\n1700000000\nno space left\n')
  const [version, buildx, bake = ''] = machine.calls()
  expect([version, buildx]).toEqual(['docker version', 'docker buildx version'])
  expect(bake).toBe(`docker buildx bake --file=deploy/images/dist/docker-bake.json --load ${details}`)
})

/** An engine that reports its driver and its image store. All commands succeed except the refused one. */
function engine(driver: string, store: string, refused = 'target=packages') {
  const said = `*'buildx inspect') printf 'Name: x\\nDriver:        ${driver}\\n';; info*) echo '${store}';;`
  return programs({ docker: `case "$*" in *'${refused}'*) ${refuses};; ${said} esac` })
}
const containerd = '[["driver-type","io.containerd.snapshotter.v1"]]'

test.each([
  ['a builder in a container', 'docker-container', containerd],
  ["the engine's older store", 'docker', '[["Backing Filesystem","extfs"]]']
])('what %s pushes has the times of the sources where that is possible', async (_what, driver, store) => {
  await using machine = engine(driver, store)
  const options = ['--hub', 'localhost:5000', '--push']
  const { stdout } = await buildImages(machine.folder, options)
  expect(stdout).toMatch(/^building 13 images for linux\/amd64 and linux\/arm64 with Docker\n/)
  const calls = machine.calls().filter((call) => /bake|load|push/.test(call))
  expect(calls).toHaveLength(1)
  expect(calls[0]).toContain(' --set=*.output=type=image,push=true,rewrite-timestamp=true ')
})

test('what the engine itself pushes goes through archives, as only those have the times of the sources', async () => {
  await using machine = engine('docker', containerd)
  const options = ['--hub', 'localhost:5000', '--tag', 'dev', '--push', 'reviews']
  const { stdout } = await buildImages(machine.folder, options)
  const names = ['v1', 'v2', 'v3'].map((variant) => `examples-bookinfo-reviews-${variant}`)
  expect(stdout).toContain(names.map((name) => `  localhost:5000/${name}:dev\n`).join(''))
  const calls = machine.calls().filter((call) => /bake|load|push/.test(call))
  expect(calls).toHaveLength(9)
  for (const [index, name] of names.entries()) {
    const [bake = '', load = '', push = ''] = calls.slice(3 * index)
    const [, archive = ''] = / --set=\*\.output=type=oci,dest=(\S+),rewrite-timestamp=true /.exec(bake) ?? []
    expect(archive).toMatch(/^deploy\/images\/dist\/push-\w+\/image\.tar$/)
    expect(bake).toMatch(new RegExp(` ${name}$`))
    expect(load).toBe(`docker load --quiet --input=${join(import.meta.dirname, '../../..', archive)}`)
    expect(push).toBe(`docker push --quiet localhost:5000/${name}:dev`)
    expect(existsSync(join(import.meta.dirname, '../../..', archive, '..'))).toBe(false)
  }
})

test('an archive that cannot be pushed is removed', async () => {
  await using machine = engine('docker', containerd, 'push --quiet')
  const options = ['--hub', 'localhost:5000', '--push', details]
  const { code, stderr } = await buildImages(machine.folder, options)
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'bookinfo: docker push failed:\nno space left\n' })
  const load = machine.calls().find((call) => call.startsWith('docker load'))
  const [, archive = ''] = / --input=(.+\/image\.tar)$/.exec(load ?? '') ?? []
  expect([archive === '', existsSync(join(archive, '..'))]).toEqual([false, false])
})

test('buildah builds where Docker is installed, but no engine answers', async () => {
  const noEngine = 'echo "Cannot connect to the Docker daemon" >&2; exit 1'
  await using machine = programs({ docker: noEngine, buildah: `[ "$1" = version ] || { ${refuses}; }` })
  const { stdout, stderr } = await buildImages(machine.folder, ['--base', 'node:24-slim', details])
  expect(stdout).toMatch(/^building 1 image for linux\/(amd|arm)64 with buildah\n$/)
  expect(stderr).toBe('bookinfo: buildah build failed:\nno space left\n')
  expect(machine.calls()[2]).toContain(' --build-arg=NODE_IMAGE=node:24-slim --build-arg=SERVICE=details ')

  const wanted = await buildImages(machine.folder, ['--builder', 'docker'])
  expect(wanted).toMatchObject({
    code: 1,
    stderr: 'bookinfo: no Docker engine with buildx answers: start it, or build with --builder buildah\n'
  })
})

describe('with --unless-built', () => {
  const sources = (changes: string) =>
    `case "$1" in rev-parse) echo abc;; log) echo 1700000000;; status) printf '${changes}';; esac`
  const args = ['--base', 'node:24-slim', '--unless-built', details]
  const bill = join(import.meta.dirname, `../dist/${details}.${process.arch === 'arm64' ? 'arm64' : 'amd64'}.cdx.json`)
  let madeHere = false

  beforeAll(() => {
    madeHere = !existsSync(bill)
    mkdirSync(dirname(bill), { recursive: true })
    if (madeHere) writeFileSync(bill, '')
  })
  afterAll(() => (madeHere ? rm(bill) : undefined))

  test('images of this commit are not built again', async () => {
    await using machine = programs({ docker: 'exit 1', git: sources(''), buildah: 'echo abc' })
    const { stdout } = await buildImages(machine.folder, args)
    expect(stdout).toBe('the images of commit abc are here already\n')
    expect(machine.calls().filter((call) => call.startsWith('buildah build'))).toEqual([])
  })

  test.each([
    ['those of another commit', '', 'echo abd'],
    ['those of changed files', ' M README.md\\n', 'echo abc'],
    ['those that are not there', '', '[ "$1" != inspect ]']
  ])('%s are built', async (_what, changes, label) => {
    await using machine = programs({ docker: 'exit 1', git: sources(changes), buildah: label })
    const { stdout } = await buildImages(machine.folder, args)
    expect(stdout).toContain('building 1 image for')
    expect(machine.calls().filter((call) => call.startsWith('buildah build'))).not.toEqual([])
  })
})

test('without either, one line says what to install', async () => {
  await using machine = programs({ docker: 'exit 1', buildah: 'exit 1' })
  expect(await buildImages(machine.folder, [])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'bookinfo: building images needs a running Docker engine with buildx, or buildah: on Debian and Ubuntu, apt-get install buildah\n'
  })
})

test('a tool that the Debian base needs is named', async () => {
  await using machine = programs({ buildah: 'exit 0', docker: 'exit 1', mmdebstrap: 'exit 1', 'eu-strip': 'exit 1' })
  const { stderr } = await buildImages(machine.folder, ['--base', 'debian'])
  expect(stderr).toMatch(
    /^bookinfo: --base debian needs programs that are not installed\. On Debian and Ubuntu: apt-get install mmdebstrap elfutils/
  )
})

test('where the keys of Debian are missing, the package that has them is named', async () => {
  const unsigned = "[ $1 = --version ] || { echo 'E: The repository is not signed.' >&2; exit 25; }"
  await using machine = programs({ buildah: '', docker: 'exit 1', mmdebstrap: unsigned, 'eu-strip': '' })
  const { code, stderr } = await buildImages(machine.folder, ['--base', 'debian'])
  expect(code).toBe(1)
  expect(stderr).toContain('E: The repository is not signed.\n\nThe keys of Debian')
  expect(stderr).toMatch(/: apt-get install debian-archive-keyring\n$/)
})

test('a time that is none is refused', async () => {
  const env = { PATH: '/usr/bin:/bin', SOURCE_DATE_EPOCH: 'yesterday' }
  const stderr = await new Promise((resolve) => {
    execFile(process.execPath, [main], { env }, (_error, _stdout, text) => resolve(text))
  })
  expect(stderr).toBe('bookinfo: SOURCE_DATE_EPOCH must be whole seconds since 1970, got "yesterday"\n')
})

test.each([
  // It ends after its child process, because the child keeps the output pipe open.
  ['ends what the builder has started', 'sleep 1000 & wait'],
  // It is killed after a while, so that npm run images still ends in time.
  ['ends also a builder that takes no notice', "trap '' TERM; while :; do sleep 1000; done"]
])('a request to end %s', async (_what, script) => {
  await using machine = programs({ docker: 'exit 1', buildah: `[ "$1" = version ] || { ${script}; }` })
  const env = { PATH: `${machine.folder}:/usr/bin:/bin`, SOURCE_DATE_EPOCH: '1700000000' }
  const args = [main, '--base', 'node:24-slim', details]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close')
  await vi.waitUntil(() => machine.calls().length === 3 || child.exitCode !== null, { timeout: 30_000 })
  child.kill('SIGTERM')
  expect([...(await ended), stderr]).toEqual([143, null, ''])
})
