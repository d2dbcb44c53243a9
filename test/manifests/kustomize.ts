import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** Where the manifests are. */
export const DEPLOY = join(import.meta.dirname, '../../deploy')

/** Older ones know neither components as they are today nor the `sleep` of a preStop hook. */
const LEAST_MAJOR = 5

export interface Kustomize {
  command: string
  args: readonly string[]
  version: string
}

/** The kustomize of this machine, kubectl's or its own; undefined if there is none that is new enough. */
export function findKustomize(): Kustomize | undefined {
  const candidates = [
    { command: 'kubectl', args: ['kustomize'], version: ['version', '--client'] },
    { command: 'kustomize', args: ['build'], version: ['version'] }
  ]
  for (const { command, args, version } of candidates) {
    const said = tryRun(command, version)
    const [, full, major] = /(?:Kustomize Version: )?v((\d+)\.\d+\.\d+)\s*$/m.exec(said ?? '') ?? []
    if (full !== undefined && Number(major) >= LEAST_MAJOR) return { command, args, version: full }
  }
  return undefined
}

/** Renders a folder. @throws Error with kustomize's own words */
export function render(folder: string, { command, args }: Kustomize): string {
  try {
    return execFileSync(command, [...args, folder], {
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
export function renderWith(overlay: string, components: readonly string[], kustomize: Kustomize): string {
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-kustomize-'))
  try {
    const from = (...parts: string[]) => relative(folder, join(DEPLOY, ...parts))
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: 'bookinfo',
      resources: [from('overlays', overlay)],
      components: components.map((component) => from('components', component))
    }
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    return render(folder, kustomize)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function tryRun(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}
