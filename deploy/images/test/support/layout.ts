import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A compressed layer. */
export interface Layer {
  digest: string
  /** Compressed bytes. */
  size: number
}

export interface StoredImage {
  digest: string
  layers: Layer[]
}

/** Reads an image from a folder in OCI's layout. An image for several platforms has one part for each. */
export async function readImage(layout: string, name: string, architecture = 'amd64'): Promise<StoredImage> {
  const readBlob = async (digest: string) => readJson(join(layout, 'blobs', ...digest.split(':')))
  const index = await readJson(join(layout, 'index.json'))
  const { digest }: Descriptor = index.manifests.find(
    ({ annotations }: Descriptor) => annotations?.['org.opencontainers.image.ref.name'] === name
  )
  const manifest = await readBlob(digest)
  if (manifest.layers) return { digest, layers: manifest.layers }
  const part: Descriptor = manifest.manifests.find(
    ({ platform }: Descriptor) => platform?.architecture === architecture
  )
  return { digest: part.digest, layers: (await readBlob(part.digest)).layers }
}

/** Unpacks the files of an image in such a folder. */
export async function unpackImage(layout: string, { layers }: StoredImage, folder: string): Promise<void> {
  for (const { digest } of layers) await unpackLayer(join(layout, 'blobs', ...digest.split(':')), folder)
}

/** Unpacks a layer over earlier ones. */
export async function unpackLayer(file: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await execute('tar', ['-xzf', file, '-C', folder])
}

/** https://specs.opencontainers.org/image-spec/descriptor/ */
interface Descriptor {
  digest: string
  annotations?: Record<string, string>
  platform?: { architecture: string }
}

async function readJson(file: string) {
  return JSON.parse(await readFile(file, 'utf8'))
}
