import { readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../topology.ts'

const OURS = '@bookinfo/'

/** The folder of the trace viewer. Changes in the workspaces that it imports do not restart it, as it would lose its traces. */
export const viewerFolder = join(ROOT, 'packages/trace-viewer')

/** Lists the folder of a service and those of all workspaces that it imports. */
export function foldersOf(service: string): string[] {
  const folders = new Set<string>()
  const visit = (folder: string): void => {
    if (folders.has(folder)) return
    folders.add(folder)
    const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8')
    )
    for (const name of Object.keys(dependencies))
      if (name.startsWith(OURS)) visit(realpathSync(join(ROOT, 'node_modules', name)))
  }
  visit(join(ROOT, 'services', service))
  return [...folders]
}
