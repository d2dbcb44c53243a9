import { ROOT, run } from '@bookinfo/cli'
import { findNode } from '@bookinfo/images'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Architecture } from './architecture.ts'
import { VM_IMAGES, type Image } from './image.ts'

/** A folder with the machine's own files, without Debian's packages. Disposing of it removes it. */
export interface Stage extends AsyncDisposable {
  folder: string
}

/** Collects the recipe, and in `root` the files to copy: the common ones, the image's own, and its service with Node. */
export async function createStage(image: Image, architecture: Architecture): Promise<Stage> {
  await using building = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-vm-'))
  building.defer(() => rm(folder, { recursive: true }))
  await cp(join(VM_IMAGES, 'recipe'), folder, { recursive: true })
  await cp(join(image.folder, 'root'), join(folder, 'root'), { recursive: true })

  const packages = join(image.folder, 'packages')
  if (existsSync(packages)) await cp(packages, join(folder, 'packages.image'))
  if (image.service !== undefined) await addService(folder, image.service, architecture)

  // The builder's umask must not matter.
  await run('chmod', ['-R', 'u=rwX,go=rX', folder])
  const done = building.move()
  return { folder, [Symbol.asyncDispose]: () => done.disposeAsync() }
}

async function addService(folder: string, service: string, architecture: Architecture): Promise<void> {
  const bundle = join(folder, 'root/usr/lib/bookinfo', service)
  const isShipped = (path: string) => !path.endsWith('.map')
  await cp(join(ROOT, 'services', service, 'dist'), bundle, { recursive: true, filter: isShipped })

  const { node, licence } = await findNode(architecture.platform)
  const programs = join(folder, 'root/usr/local/bin')
  const documents = join(folder, 'root/usr/share/doc/node')
  await mkdir(programs, { recursive: true })
  await mkdir(documents, { recursive: true })
  // Symbols for debuggers take a seventh of the program.
  await run('eu-strip', ['-o', join(programs, 'node'), node])
  await cp(licence, join(documents, 'copyright'))
}

/** The source maps of the service's bundles, which list their modules. */
export async function sourceMaps({ service }: Image): Promise<string[]> {
  if (service === undefined) return []
  const folder = join(ROOT, 'services', service, 'dist')
  return (await readdir(folder)).filter((file) => file.endsWith('.map')).map((file) => join(folder, file))
}
