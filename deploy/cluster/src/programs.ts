import { Failure, print, run } from '@bookinfo/cli'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The Go module of the programs. Its go.sum pins every module by a checksum. */
const GO = join(import.meta.dirname, '../go')

const KUBERNETES_VERSION = '1.36.3'

/** What the one program of Kubernetes behaves as, by the name that it is called by. */
const kubernetesNames = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubectl',
  'kubelet',
  'coredns'
]

/** Programs of a Go module. */
export interface Programs {
  /** For messages, and the beginning of the folder's name in the cache. */
  name: string
  version: string
  /** The folder with go.mod and go.sum. */
  module: string
  packages: readonly string[]
  ldflags?: readonly string[]
  /** Further names of a program: new name to built name. */
  links?: Record<string, string>
  /** Build tags of programs with parts in C, which need gcc. Without them no C is compiled. */
  tags?: string
}

/** Builds Kubernetes' programs, CoreDNS and `pause`. @returns the folder with all of them @throws Failure with what Go said */
export function buildKubernetes(): Promise<string> {
  const [major, minor] = KUBERNETES_VERSION.split('.')
  // Without a version in it, `kubectl version` fails.
  const version = { gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor }
  const settings = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  return buildPrograms({
    name: 'Kubernetes',
    version: KUBERNETES_VERSION,
    module: GO,
    packages: ['./kube', './pause'],
    ldflags: [...settings, `-X k8s.io/client-go/pkg/version.gitVersion=v${KUBERNETES_VERSION}`],
    links: Object.fromEntries(kubernetesNames.map((name) => [name, 'kube']))
  })
}

/**
 * Builds programs with modules from Go's proxy, unless this user's cache has them.
 *
 * @returns the folder with the programs
 * @throws Failure with what Go said
 */
export async function buildPrograms(programs: Programs): Promise<string> {
  const { name, version, module, packages, ldflags = [], links = {}, tags } = programs
  const parts = [process.arch, sourcesOf(module), packages, ldflags, links]
  const id = hash(tags === undefined ? parts : [...parts, tags])
  const built = join(cacheFolder(), `${name.toLowerCase()}-${version}-${id}`)
  if (existsSync(built)) return built
  print(`building ${name}: some minutes, this time only`)
  const started = performance.now()
  const making = `${built}.${process.pid}`
  try {
    mkdirSync(making, { recursive: true })
    const flags = ['-trimpath', '-tags', tags ?? '', '-ldflags', ['-s', '-w', ...ldflags].join(' '), '-o', `${making}/`]
    await run('go', ['-C', module, 'build', ...flags, ...packages], { CGO_ENABLED: tags === undefined ? '0' : '1' })
    for (const [link, target] of Object.entries(links)) symlinkSync(target, join(making, link))
    if (!existsSync(built)) renameSync(making, built)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  print(`built ${name} in ${Math.round((performance.now() - started) / 1000)} s`)
  return built
}

/** All that decides what is built: the module's own files are few, and go.sum pins the others. KubeVirt's has its images' recipe too. */
function sourcesOf(module: string): unknown {
  const files = globSync(['**/*.{go,mod,sum,sh}', 'packages'], { cwd: module })
  return files.toSorted().map((file) => [file, readFileSync(join(module, file), 'utf8')])
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
}

/** The version of a module in a go.mod, without its "v". @param folder of go.mod */
export function moduleVersion(folder: string, module: string): string {
  const lines = readFileSync(join(folder, 'go.mod'), 'utf8').split('\n')
  const [, version = ''] = lines.map((line) => line.trim().split(' ')).find(([name]) => name === module) ?? []
  return version.slice(1)
}

/** The folder with the sources of a module, in the version that another module's go.mod has. @param from the folder of go.mod */
export async function moduleFolder(from: string, module: string): Promise<string> {
  const { Dir }: { Dir: string } = JSON.parse(await run('go', ['-C', from, 'mod', 'download', '-json', module]))
  return Dir
}

/** @throws Failure if there is no Go that can build the programs */
export async function requireGo(): Promise<void> {
  const needed = /^go (\S+)/m.exec(readFileSync(join(GO, 'go.mod'), 'utf8'))?.[1]
  const works = await run('go', ['-C', GO, 'env', 'GOVERSION']).catch(() => '')
  if (works === '')
    throw new Failure(`Kubernetes is built with Go ${needed} or newer: install it from https://go.dev/dl`)
}

function cacheFolder(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'bookinfo')
  mkdirSync(folder, { recursive: true })
  return folder
}
