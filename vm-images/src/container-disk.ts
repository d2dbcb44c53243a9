import { labelsFor, run, type Sources } from '@bookinfo/images'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
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
  await rm(files.containerDisk, { force: true })
  // The disk is already compressed. Without a name in its index, `ctr images import` would not import the archive.
  const archive = `oci-archive:${files.containerDisk}:${reference}`
  await run('buildah', ['push', '--quiet', '--disable-compression', reference, archive])
  await run('buildah', ['rmi', reference])
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
