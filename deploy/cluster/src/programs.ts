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

/**
 * Builds Kubernetes' programs, CoreDNS and `pause` with modules from Go's proxy, unless this user's cache has them.
 *
 * @returns the folder with all of them
 * @throws Failure with what Go said
 */
export async function buildKubernetes(): Promise<string> {
  const [major, minor] = KUBERNETES_VERSION.split('.')
  // Without a version in it, `kubectl version` fails.
  const version = { gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor }
  const settings = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  const ldflags = ['-s', '-w', ...settings, `-X k8s.io/client-go/pkg/version.gitVersion=v${KUBERNETES_VERSION}`]
  const built = join(cacheFolder(), `kubernetes-${KUBERNETES_VERSION}-${hash([process.arch, sources(), ldflags])}`)
  if (existsSync(built)) return built
  print('building Kubernetes: some minutes, this time only')
  const started = performance.now()
  const making = `${built}.${process.pid}`
  try {
    mkdirSync(making, { recursive: true })
    const flags = ['-trimpath', '-ldflags', ldflags.join(' '), '-o', `${making}/`]
    await run('go', ['-C', GO, 'build', ...flags, './kube', './pause'], { CGO_ENABLED: '0' })
    for (const name of kubernetesNames) symlinkSync('kube', join(making, name))
    if (!existsSync(built)) renameSync(making, built)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  print(`built Kubernetes in ${Math.round((performance.now() - started) / 1000)} s`)
  return built
}

/** All that decides what is built: the module's own files are few, and go.sum pins the others. */
function sources(): unknown {
  const files = globSync('**/*.{go,mod,sum}', { cwd: GO })
  return files.toSorted().map((file) => [file, readFileSync(join(GO, file), 'utf8')])
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
