import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './topology.ts'

/** What a service is made of. */
export interface Workspace {
  /** Folders of the service and of every workspace that it imports. */
  folders: string[]
  /** Names of the packages that those need from the registry. */
  packages: string[]
}

const OURS = '@bookinfo/'

export function readWorkspace(service: string): Workspace {
  return readFolder(join(ROOT, 'services', service))
}

/**
 * What the trace viewer is made of, without the workspaces that it imports: those change for the services' sake, and it
 * would forget the traces that the change is about.
 */
export function readViewer(): Workspace {
  const folder = join(ROOT, 'packages/trace-viewer')
  return { ...readFolder(folder), folders: [folder] }
}

function readFolder(top: string): Workspace {
  const folders = new Set<string>()
  const packages = new Set<string>()
  const visit = (folder: string): void => {
    if (folders.has(folder)) return
    folders.add(folder)
    for (const name of dependencies(folder)) {
      if (name.startsWith(OURS)) visit(realpathSync(join(ROOT, 'node_modules', name)))
      else packages.add(name)
    }
  }
  visit(top)
  return { folders: [...folders], packages: [...packages] }
}

function dependencies(folder: string): string[] {
  const manifest: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8')
  )
  return Object.keys(manifest.dependencies ?? {})
}
