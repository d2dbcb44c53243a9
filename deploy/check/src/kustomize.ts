import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** Where the manifests are. */
export const DEPLOY = join(import.meta.dirname, '../..')

/** Older versions know neither today's components nor the `sleep` of a preStop hook. */
const LEAST_MAJOR = 5

interface Kustomize {
  command: string
  args: readonly string[]
}

const candidates: readonly (Kustomize & { version: readonly string[] })[] = [
  { command: 'kubectl', args: ['kustomize'], version: ['version', '--client'] },
  { command: 'kustomize', args: ['build'], version: ['version'] }
]

let found: Kustomize | undefined

/** The installed kustomize, in kubectl or by itself; undefined if none is of version 5 or newer. */
export function findKustomize(): Kustomize | undefined {
  found ??= candidates.find(({ command, version }) => kustomizeMajor(tryRun(command, version)) >= LEAST_MAJOR)
  return found
}

/** The major version in the output of `kubectl version --client` or `kustomize version`; NaN if there is none. */
export function kustomizeMajor(output: string): number {
  return Number(/^(?:Kustomize Version: )?v(\d+)\.\d+\.\d+\s*$/m.exec(output)?.[1])
}

/** Renders a folder. @throws Error with the message of kustomize, or if there is no kustomize */
export function render(folder: string): string {
  const kustomize = findKustomize()
  if (!kustomize) throw new Error('rendering needs kubectl or kustomize 5, and neither was found: install one of them')
  try {
    return execFileSync(kustomize.command, [...kustomize.args, folder], {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      stdio: ['ignore', 'pipe', 'pipe']
    })
  } catch (error) {
    if (error instanceof Error && 'stderr' in error)
      throw new Error(`${folder}: ${String(error.stderr).trim()}`, { cause: error })
    throw error
  }
}

/** Renders an overlay with further components, as a user's own kustomization would. */
export function renderWith(overlay: string, components: readonly string[], fields = {}): string {
  return renderAll([`overlays/${overlay}`], components, fields)
}

/** Renders a kustomization of folders of `deploy` and of components, with further fields. */
export function renderAll(resources: readonly string[], components: readonly string[], fields = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-kustomize-'))
  try {
    const from = (...parts: string[]) => relative(folder, join(DEPLOY, ...parts))
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: resources.map((resource) => from(resource)),
      components: components.map((component) => from('components', component)),
      ...fields
    }
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    return render(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function tryRun(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}
