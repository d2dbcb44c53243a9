import { run } from '@bookinfo/cli'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPrograms, moduleFolder } from './programs.ts'

/** The Go module with KubeVirt, and the recipe of its images' root. */
const SOURCES = join(import.meta.dirname, '../kubevirt')

const KUBEVIRT = 'kubevirt.io/kubevirt'

export const KUBEVIRT_VERSION = 'v1.9.0'

/** What the one program of KubeVirt behaves as, by the name that it is called by. */
const kubevirtNames = ['kubevirt-manifests', 'virt-api', 'virt-controller', 'virt-operator']

/** Programs with a package `main` of their own, which cannot be linked with others. */
const others = [
  'virt-chroot',
  'virt-exportproxy',
  'virt-freezer',
  'virt-handler',
  'virt-launcher',
  'virt-launcher-monitor',
  'virt-launcher/libvirt-hook-client',
  'virt-probe',
  'virt-tail'
]

/** Builds KubeVirt's programs, unless this user's cache has them. @returns the folder with all of them */
export async function buildKubevirt(): Promise<string> {
  const programs = await buildPrograms({
    name: 'KubeVirt',
    version: KUBEVIRT_VERSION,
    module: SOURCES,
    packages: ['.', ...others.map((name) => `${KUBEVIRT}/cmd/${name}`)],
    ldflags: [`-X kubevirt.io/client-go/version.gitVersion=${KUBEVIRT_VERSION}`],
    links: Object.fromEntries(kubevirtNames.map((name) => [name, 'kubevirt'])),
    // virt-launcher loads libvirt when it runs, so no headers are needed. Two programs need C, and a second compilation of what
    // they share with the others would take minutes.
    tags: 'libvirt_dlopen'
  })
  const containerDisk = join(programs, 'container-disk')
  if (!existsSync(containerDisk)) {
    const source = join(await moduleFolder(SOURCES, KUBEVIRT), 'cmd/container-disk-v2alpha/main.c')
    await run('gcc', ['-static', '-O2', '-o', containerDisk, source])
  }
  return programs
}

/**
 * Makes the root of KubeVirt's images beside its programs, unless it is there: Debian's libvirt and QEMU, and the programs.
 *
 * @returns its path, a tar
 */
export async function makeRoot(programs: string): Promise<string> {
  const root = join(programs, 'root.tar')
  if (existsSync(root)) return root
  const part = join(programs, 'root.part.tar')
  await run('sh', [join(SOURCES, 'root.sh'), programs, await moduleFolder(SOURCES, KUBEVIRT), part])
  await rename(part, root)
  return root
}
