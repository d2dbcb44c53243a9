import { catalogue } from '../../src/index.ts'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEngine, type Engine } from '../support/engine.ts'
import { buildah, copySources, podman, readImage, reference, version } from '../support/index.ts'
import { unpackImage, unpackLayer } from '../support/layout.ts'

const BUILD_MS = 15 * 60_000
const OUTPUT_LIMIT = 64 * 1024 * 1024
const execute = promisify(execFile)

const disposables = new AsyncDisposableStack()
let work: string
let engine: Engine

beforeAll(async () => {
  work = await mkdtemp('/var/tmp/bookinfo-docker-')
  disposables.defer(() => rm(work, { recursive: true }))
  engine = disposables.use(await startEngine())
}, BUILD_MS)
afterAll(() => disposables.disposeAsync())

test('Docker builds all images with the settings that they have from buildah', { timeout: BUILD_MS }, async () => {
  await buildImages('first')
  const names = catalogue.map(({ name }) => name)
  const docker: Inspected[] = JSON.parse(
    await tool('docker', ['image', 'inspect', ...names.map((name) => `${name}:${version}`)])
  )
  const { stdout } = await podman('image', 'inspect', ...names.map(reference))
  const others: Inspected[] = JSON.parse(stdout)
  expect(docker.map(settingsOf)).toEqual(others.map(settingsOf))
  // Shared layers exist once.
  const shared = docker.map(({ RootFS }) => RootFS.Layers.slice(0, -1).join())
  const bases = new Set(docker.map(({ RootFS }) => RootFS.Layers[0]))
  expect({ bases: bases.size, shared: new Set(shared).size }).toEqual({ bases: 1, shared: 2 })
})

test(
  'what it pushes for both platforms is the same from another folder at another time, with the files that buildah puts in',
  { timeout: BUILD_MS },
  async () => {
    const name = 'examples-bookinfo-ratings-v1'
    await buildImages('first', ['--hub', engine.registry, '--tag', 'first', '--push', name])
    await tool('docker', ['image', 'rm', '--force', `${engine.registry}/${name}:first`, `${name}:${version}`])
    await tool('docker', ['buildx', 'prune', '--all', '--force'])
    await buildImages('second', ['--hub', engine.registry, '--tag', 'second', '--push', name])
    const index = await pull(name, 'manifests/second')
    expect(await pull(name, 'manifests/first')).toEqual(index)

    const { manifests }: Index = JSON.parse(index.toString())
    expect(manifests.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64'])
    const own = manifests.find(({ platform }) => platform.architecture === 'amd64')
    const { layers }: Manifest = JSON.parse((await pull(name, `manifests/${own?.digest}`)).toString())
    const pushed = join(work, 'pushed')
    for (const { digest } of layers) {
      const file = join(work, 'layer')
      await writeFile(file, await pull(name, `blobs/${digest}`))
      await unpackLayer(file, pushed)
    }

    const layout = join(work, 'layout')
    const { code, stderr } = await buildah('push', '--quiet', reference(name), `oci:${layout}:${name}`)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const others = join(work, 'others')
    await unpackImage(layout, await readImage(layout, name), others)
    expect(await list(pushed)).toEqual(await list(others))
  }
)

/** The part of `image inspect` that is equal in Docker and podman. */
interface Inspected {
  Created: string
  Architecture: string
  Config: {
    User: string
    Env: string[]
    Entrypoint: string[]
    Cmd?: string[] | null
    WorkingDir: string
    ExposedPorts: Record<string, unknown>
    Labels: Record<string, string>
  }
  RootFS: { Layers: string[] }
}

function settingsOf({ Created, Architecture, Config }: Inspected) {
  const { User, Env, Entrypoint, Cmd, WorkingDir, ExposedPorts, Labels } = Config
  const env = Env.toSorted()
  return { Created, Architecture, User, env, Entrypoint, Cmd: Cmd ?? [], WorkingDir, ExposedPorts, Labels }
}

/** https://specs.opencontainers.org/image-spec/image-index/ */
interface Index {
  manifests: { digest: string; platform: { architecture: string } }[]
}

interface Manifest {
  layers: { digest: string }[]
}

/** Runs `npm run images` with Docker in a copy of the sources. */
async function buildImages(folder: string, args: readonly string[] = []): Promise<void> {
  const cwd = join(work, folder)
  if (!existsSync(cwd)) await copySources(cwd)
  await tool('npm', ['run', 'images', '--', '--base', 'debian', '--builder', 'docker', ...args], cwd)
}

async function tool(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout } = await execute(program, args, { env: engine.env, cwd, maxBuffer: OUTPUT_LIMIT })
  return stdout
}

async function pull(name: string, path: string): Promise<Buffer> {
  const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
  const response = await fetch(`http://${engine.registry}/v2/${name}/${path}`, { headers: { accept } })
  expect([path, response.status]).toEqual([path, 200])
  return Buffer.from(await response.arrayBuffer())
}

/** Lists every file with kind, mode, owner, content and time. Unpacking changes the times of folders, so they are left out. */
async function list(root: string): Promise<string[]> {
  const folders = '-type d -printf "%P %m %U:%G\\n"'
  const files = '-printf "%P %y %m %U:%G %T@ %l\\n"'
  const command = `find . ${folders} -o ${files}; find . -type f -exec sha256sum {} +`
  const { stdout } = await execute('sh', ['-c', command], { cwd: root, maxBuffer: OUTPUT_LIMIT })
  return stdout.trim().split('\n').toSorted()
}
