import { catalogue } from '../../src/index.ts'
import { bundledPackages, modulesInBundle, readDebianPackages } from '@bookinfo/sbom'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildah, podman, readImage, reference, version } from '../support/index.ts'
import type { Layer } from '../support/layout.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const MB = 1_000_000
const services = ['productpage', 'details', 'reviews', 'ratings'] as const
const firstOf = (service: string) => `examples-bookinfo-${service}-v1`

const layout = mkdtempSync('/var/tmp/bookinfo-layout-')
const built = new Map<string, BuiltImage>()
const pulled = new Map<string, Layer[]>()

beforeAll(async () => {
  const { stdout } = await podman('image', 'inspect', ...catalogue.map(({ name }) => reference(name)))
  const images: BuiltImage[] = JSON.parse(stdout)
  for (const [index, { name }] of catalogue.entries()) built.set(name, existing(images[index]))
  for (const service of services) {
    const name = firstOf(service)
    // A push compresses the layers, as for a registry.
    const { code, stderr } = await buildah('push', '--quiet', reference(name), `oci:${layout}:${name}`)
    if (code !== 0) throw new Error(stderr)
    pulled.set(service, (await readImage(layout, name)).layers)
  }
})
afterAll(() => rm(layout, { recursive: true }))

/** A part of the output of `podman image inspect`. */
interface BuiltImage {
  Architecture: string
  Created: string
  Config: {
    User: string
    Env: string[]
    Entrypoint: string[]
    Cmd?: string[]
    ExposedPorts: Record<string, unknown>
    Labels: Record<string, string>
  }
  RootFS: { Layers: string[] }
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an image was not built')
  return value
}

describe.each(catalogue)('$name', ({ name, service, args }) => {
  test('says how it is run, and what it is', () => {
    const { Architecture, Created, Config } = existing(built.get(name))
    expect(Architecture).toBe(process.arch === 'arm64' ? 'arm64' : 'amd64')
    expect(Config.User).toBe('1000:1000')
    expect(Config.Entrypoint).toEqual(['node', '/app/main.js'])
    expect(Config.Cmd ?? []).toEqual([])
    expect(Object.keys(Config.ExposedPorts)).toEqual(['9080/tcp'])
    for (const [key, value] of Object.entries(args)) expect(Config.Env).toContain(`${key}=${value}`)
    expect(Config.Env).toContain('OTEL_RESOURCE_ATTRIBUTES=bookinfo.runtime=container')
    expect(Config.Labels).toMatchObject({
      'org.opencontainers.image.title': name,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.created': Created
    })
    expect(Config.Labels['org.opencontainers.image.description']).toContain('Bookinfo: ')
    expect(Object.keys(Config.Labels).filter((label) => !label.startsWith('org.opencontainers.image.'))).toEqual([])
  })

  test('has the layers of its service', () => {
    expect(existing(built.get(name)).RootFS).toEqual(existing(built.get(firstOf(service))).RootFS)
  })

  test('has a bill that lists what is in it', async () => {
    const file = new URL(`../../dist/${name}.amd64.cdx.json`, import.meta.url)
    const { components, metadata } = JSON.parse(readFileSync(file, 'utf8'))
    expect(metadata.component).toMatchObject({ type: 'container', name, version })
    const purls: string[] = components.map(({ purl }: { purl: string }) => purl)
    const maps = readdirSync(join(ROOT, 'services', service, 'dist')).filter((entry) => entry.endsWith('.map'))
    const npm = bundledPackages(maps.flatMap((map) => modulesInBundle(join(ROOT, 'services', service, `dist/${map}`))))
    const debian = await inImage(name, (root) => readFileSync(join(root, 'usr/share/doc/packages'), 'utf8'))
    const count = (start: string) => purls.filter((purl) => purl.startsWith(start)).length
    expect(count('pkg:npm/')).toBe(npm.length)
    expect(count('pkg:deb/debian/')).toBe(readDebianPackages(debian).length)
    expect(purls).toContain(`pkg:generic/node@${process.versions.node}`)
    expect(purls.some((purl) => purl.startsWith('pkg:deb/debian/libc6@'))).toBe(true)

    const debug = new URL(`../../dist/${name}.amd64-debug.cdx.json`, import.meta.url)
    const withShell: { components: { purl: string }[] } = JSON.parse(readFileSync(debug, 'utf8'))
    const more = withShell.components.map(({ purl }) => purl).filter((purl) => !purls.includes(purl))
    expect(more.map((purl) => /^pkg:deb\/debian\/(.+)@/.exec(purl)?.[1] ?? '').toSorted()).toEqual([
      'bash',
      'busybox-static',
      'libtinfo6'
    ])
  })
})

describe('pulling', () => {
  test.each(services)('%s costs less than 2 MB where another service is already', (service) => {
    const others = services.filter((other) => other !== service).map((other) => existing(pulled.get(other)))
    const own = existing(pulled.get(service)).filter(({ digest }) =>
      others.some((layers) => layers.every((layer) => layer.digest !== digest))
    )
    expect(own.length).toBeGreaterThan(0)
    expect(sizeOf(own) / MB).toBeLessThan(2)
  })

  test('the whole suite costs at most 60 MB', () => {
    const layers = [...pulled.values()].flat()
    const once = new Map(layers.map((layer) => [layer.digest, layer]))
    expect(sizeOf([...once.values()]) / MB).toBeLessThan(60)
  })
})

describe.each(services)('in the image of %s', (service) => {
  test('there is only what runs', async () => {
    const { files, programs, privileged, closed } = await inImage(firstOf(service), survey)
    expect(programs.filter((file) => !/^usr\/lib\/\w+-linux-gnu\/[\w.+-]+\.so[.\d]*$/.test(file))).toEqual([
      'usr/bin/curl',
      'usr/local/bin/node'
    ])
    expect(files.filter((file) => /^(var|root|home|tmp|boot|opt|srv)\//.test(file))).toEqual([])
    expect(files.filter((file) => /apt|dpkg|\.deb$|npm|corepack/.test(file))).toEqual([])
    // Every user can read all files, and no file gives further rights.
    expect({ privileged, closed }).toEqual({ privileged: [], closed: [] })
  })

  test('there is all that was built for it, with the licences', async () => {
    const dist = join(ROOT, 'services', service, 'dist')
    const files = listFiles(dist).filter((file) => !file.endsWith('.map'))
    const app = await inImage(firstOf(service), (root) => {
      const folder = join(root, 'app')
      return new Map(listFiles(folder).map((file) => [file, readFileSync(join(folder, file))]))
    })
    expect([...app.keys()].toSorted()).toEqual([...files, 'LICENSE', 'NOTICE'].toSorted())
    for (const file of files) {
      const same = app.get(file)?.equals(readFileSync(join(dist, file)))
      expect([file, same]).toEqual([file, true])
    }
  })
})

function sizeOf(layers: readonly { size: number }[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0)
}

/** Mounts the files of an image. */
async function inImage<T>(name: string, look: (root: string) => T): Promise<T> {
  const { stdout, stderr } = await podman('image', 'mount', reference(name))
  if (stdout === '') throw new Error(stderr)
  try {
    return look(stdout.trim())
  } finally {
    await podman('image', 'unmount', reference(name))
  }
}

function survey(root: string) {
  const lines = execFileSync('find', [root, '-printf', '%y %m %P\\n'], { encoding: 'utf8' }).trim().split('\n')
  const entries = lines.map((line) => {
    const [type = '', mode = '', ...path] = line.split(' ')
    return { type, mode: Number.parseInt(mode, 8), path: path.join(' ') }
  })
  const paths = (type: string, wanted: (mode: number) => boolean) =>
    entries.filter((entry) => entry.type === type && wanted(entry.mode)).map(({ path }) => path)
  return {
    files: paths('f', () => true),
    programs: paths('f', (mode) => (mode & 0o111) !== 0).toSorted(),
    privileged: [...paths('f', (mode) => (mode & 0o7000) !== 0), ...paths('d', (mode) => (mode & 0o7000) !== 0)],
    closed: [...paths('f', (mode) => (mode & 0o004) === 0), ...paths('d', (mode) => (mode & 0o005) !== 0o005)]
  }
}

function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}
