import { filesOf, ownArchitecture, readImage } from '../../src/index.ts'
import { run } from '@bookinfo/cli'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const architecture = ownArchitecture()
const files = filesOf(readImage('details'), architecture)

test('the disk is a sound qcow2 of at most 100 MB', async () => {
  await run('qemu-img', ['check', files.disk])
  const info = JSON.parse(await run('qemu-img', ['info', '--output=json', files.disk]))
  expect(info.format).toBe('qcow2')
  expect(info['virtual-size'] % 1024 ** 2).toBe(0)
  expect((await stat(files.disk)).size).toBeLessThanOrEqual(100e6)
})

test('the bill of materials lists the packages of the disk', () => {
  const { components }: { components: { name: string; version: string; purl: string }[] } = JSON.parse(
    readFileSync(files.bill, 'utf8')
  )
  const names = components.map(({ name }) => name)
  for (const name of ['cloud-init', 'systemd', 'libc6', 'qemu-guest-agent', 'openssh-server', 'node', 'fastify'])
    expect(names).toContain(name)
  // Build tools are not on the disk.
  for (const name of ['apt', 'dpkg', 'perl-base', 'syslinux', 'mtools']) expect(names).not.toContain(name)
})

test("the OCI image is a containerDisk: one disk in /disk, readable for KubeVirt's user 107", async () => {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-containerdisk-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const archive = `oci-archive:${files.containerDisk}`
  const config = JSON.parse(await run('skopeo', ['inspect', '--config', archive]))
  const sha256 = createHash('sha256')
    .update(await readFile(files.disk))
    .digest('hex')
  expect(config).toMatchObject({ architecture, os: 'linux', config: { Labels: { shasum: sha256 } } })
  expect(config.config.Env).toContain('INSTANCETYPE_KUBEVIRT_IO_DEFAULT_PREFERENCE=linux')
  expect(config.config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'examples-bookinfo-details-vm-v1' })

  const index = JSON.parse(await run('tar', ['--extract', '--to-stdout', '--file', files.containerDisk, 'index.json']))
  const reference = expect.stringMatching(/^localhost\/examples-bookinfo-details-vm-v1:\d+\.\d+\.\d+\S*-\w+$/)
  expect(index.manifests).toHaveLength(1)
  expect(index.manifests[0].annotations).toEqual({
    // skopeo, podman; containerd, Docker.
    'org.opencontainers.image.ref.name': reference,
    'io.containerd.image.name': reference
  })

  await run('skopeo', ['copy', '--quiet', archive, `dir:${folder}`])
  const { layers } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
  expect(layers).toHaveLength(1)
  const [layer = ''] = (await readdir(folder)).filter((name) => layers[0].digest === `sha256:${name}`)
  const list = await run('tar', ['--list', '--verbose', '--numeric-owner', '--file', join(folder, layer)])
  const entries = list
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').split(' '))
  const disks = entries.filter(([mode = '']) => !mode.startsWith('d'))
  expect(disks.map(([mode, owner, size, , , name]) => ({ mode, owner, size, name }))).toEqual([
    { mode: '-r--r-----', owner: '107/107', size: String((await stat(files.disk)).size), name: 'disk/details.qcow2' }
  ])
})
