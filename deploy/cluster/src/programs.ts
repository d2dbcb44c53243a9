import { Failure, print, run } from '@bookinfo/cli'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The Go module of the programs. Its go.sum pins every module by a checksum. */
const GO = join(import.meta.dirname, '../go')

export const KUBERNETES_VERSION = '1.36.3'

/** What the one program of Kubernetes behaves as, by the name that it is called by. */
const kubernetesNames = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-network-policies',
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
  /** A folder with go.mod and go.sum, or a module of Go's proxy that has its own. */
  module: string | PublishedModule
  packages: readonly string[]
  ldflags?: readonly string[]
  /** Further names of a program: new name to built name. */
  links?: Record<string, string>
}

export interface PublishedModule {
  /** With its version, for example `example.com/module@v1.2.3`. */
  path: string
  /** The checksum, as in a go.sum. */
  sum: string
}

/** Builds Kubernetes' programs, CoreDNS and `pause`, unless they are built. @returns the folder with all of them */
export function buildKubernetes(): Promise<string> {
  const [major, minor] = KUBERNETES_VERSION.split('.')
  // Without a version in it, `kubectl version` fails.
  const version = { gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor }
  const settings = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  return buildPrograms({
    name: `kubernetes-${KUBERNETES_VERSION}`,
    module: GO,
    packages: ['./kube', './pause'],
    ldflags: [...settings, `-X k8s.io/client-go/pkg/version.gitVersion=v${KUBERNETES_VERSION}`],
    links: Object.fromEntries(kubernetesNames.map((name) => [name, 'kube']))
  })
}

/** Jaeger v2, in the newest version that its module has. @returns the folder with `jaeger` */
export function buildJaeger(): Promise<string> {
  return buildPrograms({
    name: 'jaeger-1.76.0',
    module: {
      path: 'github.com/jaegertracing/jaeger@v1.76.0',
      sum: 'h1:sWCOOF1dr+NL0PLil7mFo3BqqQL8k4WiM7aguFbc14g='
    },
    packages: ['./cmd/jaeger']
  })
}

/**
 * Builds programs with modules from Go's proxy, unless this user's cache has them.
 *
 * @returns the folder with the programs
 * @throws Failure with what Go said, or if a module has another checksum
 */
export async function buildPrograms({ name, module, packages, ldflags = [], links = {} }: Programs): Promise<string> {
  const built = join(cacheFolder(), `${name}-${hash([process.arch, sourcesOf(module), packages, ldflags, links])}`)
  if (existsSync(built)) return built
  print(`building ${name}: some minutes, this time only`)
  const started = performance.now()
  const making = `${built}.${process.pid}`
  mkdirSync(making, { recursive: true })
  const folder = typeof module === 'string' ? module : await download(module)
  const flags = ['-trimpath', '-ldflags', ['-s', '-w', ...ldflags].join(' '), '-o', `${making}/`]
  await run('go', ['-C', folder, 'build', ...flags, ...packages], { CGO_ENABLED: '0' })
  for (const [link, target] of Object.entries(links)) symlinkSync(target, join(making, link))
  if (!existsSync(built)) renameSync(making, built)
  print(`built ${name} in ${Math.round((performance.now() - started) / 1000)} s`)
  return built
}

/** @returns the module's folder in Go's cache. Its own go.sum pins the modules that it needs. */
async function download({ path, sum }: PublishedModule): Promise<string> {
  const { Dir, Sum }: { Dir: string; Sum: string } = JSON.parse(await run('go', ['mod', 'download', '-json', path]))
  if (Sum !== sum) throw new Failure(`the checksum of ${path} is ${Sum}, expected ${sum}`)
  return Dir
}

/** All that decides what is built. */
function sourcesOf(module: string | PublishedModule): unknown {
  if (typeof module !== 'string') return module
  const files = globSync('**/*.{go,mod,sum}', { cwd: module })
  return files.toSorted().map((file) => [file, readFileSync(join(module, file), 'utf8')])
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)
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
