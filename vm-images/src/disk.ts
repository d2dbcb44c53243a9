import { run, unpack, unpackingTools, type Sources, type Tools } from '@bookinfo/images'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ownArchitecture, type Architecture } from './architecture.ts'
import { kernelOptions, layout } from './layout.ts'
import type { ImageFiles } from './image.ts'
import type { Stage } from './stage.ts'

/** What has to be here to make a disk: for another processor than this machine's, also what runs programs for that. */
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
  /** Where Debian's packages come from; Debian's own servers if undefined. A snapshot's address pins them. */
  mirror: string | undefined
  files: Pick<ImageFiles, 'disk' | 'kernel' | 'initrd'>
}

/**
 * Makes a machine's disk, a compressed qcow2. mmdebstrap does it in a namespace of its own, so nobody has to be root, and with
 * the machine's own tools, so that the host's versions make no difference: no loop device, no mount.
 *
 * @returns what dpkg knows of the machine's packages
 */
export async function makeDisk({ stage, architecture, sources, mirror, files }: DiskOptions): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'bookinfo-disk-'))
  try {
    await bootstrap(stage.folder, work, { architecture, sources, mirror })
    // Larger clusters than usual: what is compressed together is smaller by a twentieth.
    const form = ['-O', 'qcow2', '-c', '-o', 'compression_type=zstd,cluster_size=256k']
    // One cluster after the other: with more at once their order is another each time.
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
    EFI_NAME: architecture.efiName,
    KERNEL_OPTIONS: kernelOptions(architecture.console),
    SOURCE_DATE_EPOCH: String(sources.epoch),
    TMPDIR: tmpdir()
  }
  // Nothing else of the builder's environment, where a time zone or a setting of Python's would show in the bytes.
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
    // Nothing is left of the root, and what it would clean away is gone.
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

/** Documents are not even unpacked, but for the licences. */
const keptDocuments = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/man/*'
]

/** The words of a list, without its comments. */
function words(list: string): string[] {
  return list
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
}
