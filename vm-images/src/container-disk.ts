import { run } from '@bookinfo/cli'
import { labelsFor, type Sources } from '@bookinfo/images'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Architecture } from './architecture.ts'
import { VM_IMAGES, type Image, type ImageFiles } from './image.ts'

export const containerDiskTools = { buildah: { inPackage: 'buildah' } }

export interface ContainerDiskOptions {
  image: Image
  architecture: Architecture
  sources: Sources
  files: Pick<ImageFiles, 'disk' | 'containerDisk'>
}

/** Packs a disk as an OCI image for KubeVirt's `containerDisk`, in an archive that skopeo, podman and containerd read. */
export async function makeContainerDisk({ image, architecture, sources, files }: ContainerDiskOptions): Promise<void> {
  const shasum = await sha256(files.disk)
  const labels = { ...labelsFor(image.title, sources), shasum }
  const reference = `localhost/${image.title}:${sources.version}-${architecture.name}`
  await run('buildah', [
    'build',
    '--isolation=chroot',
    '--identity-label=false',
    `--timestamp=${sources.epoch}`,
    `--platform=${architecture.platform}`,
    `--file=${join(VM_IMAGES, 'Dockerfile')}`,
    `--build-arg=DISK=${basename(files.disk)}`,
    `--build-arg=NAME=${image.name}`,
    ...Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`),
    `--tag=${reference}`,
    dirname(files.disk)
  ])
  const layout = await mkdtemp(join(tmpdir(), 'bookinfo-containerdisk-'))
  try {
    // The disk is already compressed.
    await run('buildah', ['push', '--quiet', '--disable-compression', reference, `oci:${layout}:${reference}`])
    await nameForContainerd(join(layout, 'index.json'), reference)
    const sameBytes = ['--sort=name', `--mtime=@${sources.epoch}`, '--owner=0', '--group=0', '--numeric-owner']
    const content = ['--mode=u=rwX,go=rX', `--directory=${layout}`, 'oci-layout', 'index.json', 'blobs']
    await run('tar', ['--create', `--file=${files.containerDisk}`, ...sameBytes, ...content])
  } finally {
    await rm(layout, { recursive: true })
  }
  await run('buildah', ['rmi', reference])
}

/** Adds the name by which containerd and Docker import an image. buildah writes only the name for skopeo and podman. */
async function nameForContainerd(file: string, reference: string): Promise<void> {
  const index: { manifests: { annotations?: Record<string, string> }[] } = JSON.parse(await readFile(file, 'utf8'))
  for (const manifest of index.manifests) {
    manifest.annotations = { ...manifest.annotations, 'io.containerd.image.name': reference }
  }
  await writeFile(file, JSON.stringify(index))
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
