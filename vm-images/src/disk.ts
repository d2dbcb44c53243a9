import { run, type Tools } from '@bookinfo/cli'
import { unpack, unpackingTools, type Sources } from '@bookinfo/images'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ownArchitecture, type Architecture } from './architecture.ts'
import { kernelOptions, layout } from './layout.ts'
import type { ImageFiles } from './image.ts'
import type { Stage } from './stage.ts'

/** The tools that make a disk. For another processor than this host's they include an emulator. */
export function diskTools(architecture: Architecture['name']): Tools {
  return {
    ...unpackingTools,
    xz: { inPackage: 'xz-utils' },
    'qemu-img': { inPackage: 'qemu-utils' },
    ...(architecture !== ownArchitecture() && {
      'arch-test': { inPackage: 'arch-test qemu-user-static binfmt-support', version: architecture }
    })
  }
}

export interface DiskOptions {
  stage: Stage
  architecture: Architecture
  sources: Sources
  /** The source of Debian's packages; Debian's servers if undefined. The URL of a snapshot pins the packages. */
  mirror: string | undefined
  files: Pick<ImageFiles, 'disk' | 'kernel' | 'initrd'>
}

/**
 * Makes a machine's disk, a compressed qcow2. mmdebstrap works in a namespace, so no root, loop device or mount is needed. It uses
 * the machine's own tools, so the versions on the host do not matter.
 *
 * @returns dpkg's list of the machine's packages
 */
export async function makeDisk({ stage, architecture, sources, mirror, files }: DiskOptions): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'bookinfo-disk-'))
  try {
    await bootstrap(stage.folder, work, { architecture, sources, mirror })
    // Larger clusters than the default compress 5 % better.
    const form = ['-O', 'qcow2', '-c', '-o', 'compression_type=zstd,cluster_size=256k']
    // Parallel compression would change the order of the clusters in each build.
    await run('qemu-img', ['convert', '-m', '1', ...form, join(work, 'disk.raw'), `${files.disk}.part`])
    await rename(`${files.disk}.part`, files.disk)
    await copyFile(join(work, 'vmlinuz'), files.kernel)
    await copyFile(join(work, 'initrd'), files.initrd)
    return await readFile(join(work, 'status'), 'utf8')
  } finally {
    await rm(work, { recursive: true })
    await rm(`${files.disk}.part`, { force: true })
  }
}

async function bootstrap(
  stage: string,
  work: string,
  { architecture, sources, mirror }: Pick<DiskOptions, 'architecture' | 'sources' | 'mirror'>
): Promise<void> {
  const lists = await Promise.all(
    ['packages', `packages.${architecture.name}`, 'packages.image']
      .map((list) => join(stage, list))
      .filter(existsSync)
      .map((list) => readFile(list, 'utf8'))
  )
  const settings = {
    ...layout,
    ARCHITECTURE: architecture.name,
    ESP_MIB: architecture.espMib,
    ROOT_TYPE: architecture.rootType,
    EFI_SUFFIX: architecture.efiSuffix,
    KERNEL_OPTIONS: kernelOptions(architecture.console),
    SOURCE_DATE_EPOCH: String(sources.epoch),
    TMPDIR: tmpdir()
  }
  // Other variables of the builder's environment, such as a time zone, could change the bytes.
  const known = ['PATH', ...Object.keys(settings)].map((name) => `${name}="$${name}"`)
  const alone = `env --ignore-environment ${known.join(' ')}`
  const hooks = [
    `sync-in '${stage}' /build`,
    `${alone} sh "$1/build/shape.sh" "$1"`,
    `${alone} sh "$1/build/disk.sh" "$1"`,
    ...['/build/disk.raw', '/build/vmlinuz', '/build/initrd', '/var/lib/dpkg/status'].map(
      (file) => `download ${file} '${join(work, basename(file))}'`
    )
  ]
  const args = [
    '--quiet',
    '--variant=apt',
    '--format=null',
    // The root is not kept, so there is nothing to clean.
    '--skip=cleanup',
    `--architectures=${architecture.name}`,
    `--include=${lists.flatMap(words).join(',')}`,
    `--aptopt=APT::Install-Recommends "false"`,
    ...keptDocuments.map((pattern) => `--dpkgopt=${pattern}`),
    '--customize-hook=mkdir "$1/build"',
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    'trixie',
    '-',
    ...(mirror === undefined ? [] : [mirror])
  ]
  await unpack('mmdebstrap', args, settings)
}

/** Of the documentation only the licences are unpacked. */
const keptDocuments = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/man/*'
]

/** The lines of a list without comments. */
function words(list: string): string[] {
  return list
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
}
