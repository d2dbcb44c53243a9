import { Failure, run, works } from '@bookinfo/cli'
import { catalogue, readSources } from '@bookinfo/images'
import { filesOf, imageNames, ownArchitecture, readImage } from '@bookinfo/vm-images'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathIn, type Cluster, type Node } from './cluster.ts'
import { nodesOf, runInside } from './processes.ts'

const CTR = ['ctr', '--namespace', 'k8s.io']

export const PAUSE_IMAGE = 'docker.io/library/pause:bookinfo'

/** Brings the images of an archive into the cluster's nodes. @param archive path of an archive of OCI's or Docker's */
export async function importArchive(cluster: Cluster, archive: string): Promise<void> {
  await ctr(cluster, 'images', 'import', resolve(process.env['INIT_CWD'] ?? '', archive))
}

/**
 * Brings the suite's images into the cluster's nodes, as `npm run images` has built them. One archive has all of them, since most of
 * their layers are the same.
 *
 * @throws Failure if they are not built
 */
export async function importSuite(cluster: Cluster): Promise<void> {
  const { version } = await readSources(process.env)
  const references = catalogue.map(({ name }) => `${name}:${version}`)
  const engine = await findEngine(references[0] ?? '')
  const archive = pathIn(cluster, 'run/images.tar')
  const several = engine === 'podman' ? ['--multi-image-archive'] : []
  await run(engine, ['save', ...several, '--output', archive, ...references])
  await importArchive(cluster, archive)
  await rm(archive)
  if (engine === 'docker') return
  // Podman and buildah keep what has no registry under this one; Kubernetes takes it to be Docker Hub's.
  for (const reference of references)
    await tagImage(cluster, `localhost/${reference}`, `docker.io/library/${reference}`)
}

/** Brings the disks of virtual machines into the cluster's nodes, those that `npm run vm:build` has built. */
export async function importMachines(cluster: Cluster): Promise<void> {
  const { version } = await readSources(process.env)
  const architecture = ownArchitecture()
  for (const image of imageNames.map(readImage)) {
    const { containerDisk } = filesOf(image, architecture)
    if (!existsSync(containerDisk)) continue
    await importArchive(cluster, containerDisk)
    const imported = `localhost/${image.title}:${version}-${architecture}`
    const name = `docker.io/library/${image.title}`
    await tagImage(cluster, imported, `${name}:${version}`)
    // An image from a registry has this name too. KubeVirt asks for the disk by it where a machine migrates to.
    const [digest] = /sha256:\w+/.exec(await runInside(cluster, [...CTR, 'images', 'list', `name==${imported}`])) ?? []
    await tagImage(cluster, imported, `${name}@${digest}`)
  }
}

/** Brings all images of a node into another one. */
export async function copyImages(from: Node, to: Node): Promise<void> {
  const list = await runInside(from, [...CTR, 'images', 'list', '--quiet'])
  // Beside its names each image has one that is its checksum, which every node gives it by itself.
  const names = list.split('\n').filter((name) => name !== '' && !name.startsWith('sha256:'))
  const archive = pathIn(to, 'run/images.tar')
  await runInside(from, [...CTR, 'images', 'export', archive, ...names])
  await runInside(to, [...CTR, 'images', 'import', archive])
  await rm(archive)
}

/** Gives an image of the cluster's nodes another name. */
export async function tagImage(cluster: Cluster, from: string, to: string): Promise<void> {
  await ctr(cluster, 'images', 'tag', '--force', from, to)
}

/** An image that is made of files of this machine. */
export interface ImageRecipe {
  /** As pods name it, with registry and tag. */
  reference: string
  /** Files by the path that they get in the image; an archive is unpacked there. */
  content: Record<string, string>
  /** A program, and its arguments. */
  entrypoint: string | readonly string[]
  /** Number of the user and, after a colon, of the group. */
  user: string
}

/** Brings an image into the cluster's nodes. @param archive a file to write it to, unless it exists from an earlier time */
export async function importRecipe(cluster: Cluster, recipe: ImageRecipe, archive: string): Promise<void> {
  if (!existsSync(archive)) await archiveImage(recipe, archive)
  await importArchive(cluster, archive)
}

/** Brings a program into the cluster's nodes as an image. Its archive lies beside the program, so it is made once. */
export async function importProgram(
  cluster: Cluster,
  { reference, program, entrypoint }: { reference: string; program: string; entrypoint: string }
): Promise<void> {
  const recipe = { reference, content: { [entrypoint]: program }, entrypoint, user: '65532:65532' }
  await importRecipe(cluster, recipe, `${program}.${reference.replaceAll(/\W/g, '_')}.tar`)
}

/** Writes an image to an archive, with buildah. Needs no base and no registry. */
async function archiveImage({ reference, content, entrypoint, user }: ImageRecipe, archive: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-image-'))
  try {
    const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs']
    const buildah = (...args: string[]) => run('buildah', [...storage, ...args])
    const container = (await buildah('from', 'scratch')).trim()
    for (const [path, source] of Object.entries(content)) await buildah('add', '--quiet', container, source, path)
    const settings = [
      '--entrypoint',
      JSON.stringify([entrypoint].flat()),
      '--user',
      user,
      '--env',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    ]
    await buildah('config', ...settings, container)
    // An archive that is not complete must not be taken for one by the next run.
    await buildah('commit', '--quiet', container, `docker-archive:${archive}.part:${reference}`)
    await rename(`${archive}.part`, archive)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function findEngine(reference: string): Promise<'podman' | 'docker'> {
  for (const engine of ['podman', 'docker'] as const)
    if (await works(engine, ['image', 'inspect', reference])) return engine
  throw new Failure(`there is no image ${reference} here: npm run images -- --base debian`)
}

/** Runs a command of the container runtime on all nodes of a cluster. */
async function ctr(cluster: Cluster, ...args: string[]): Promise<void> {
  for (const node of nodesOf(cluster)) await runInside(node, [...CTR, ...args])
}
