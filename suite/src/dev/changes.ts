import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'

/** What a running service is read from; a change elsewhere in its folder (tests, bundle) means nothing to it. */
const sources = ['src', 'public']

/** An editor writes several files, or one in several steps. */
const SETTLE_MS = 60

/** Changed files, by the folder of their workspace. */
export type Changes = ReadonlyMap<string, ReadonlySet<string>>

interface Folder {
  workspace: string
  path: string
}

/**
 * Calls back after files below the workspaces' sources have changed.
 *
 * Folders are watched, not files as `node --watch` does: many editors save by putting a new file in the old one's place,
 * and files that are new or that are no modules (styles, pages) count too.
 *
 * @returns ends it
 */
export function watchWorkspaces(workspaces: readonly string[], onChange: (changes: Changes) => void): () => void {
  let watchers: FSWatcher[] = []
  let timer: NodeJS.Timeout | undefined
  let changed = new Map<string, Set<string>>()

  function close(): void {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }

  // All anew after each change, as folders may have come or gone with it; the old ones last, so that somebody always listens.
  function open(): void {
    const old = watchers
    watchers = workspaces.flatMap(listFolders).map((folder) => {
      const watcher = watch(folder.path, (_event, name) => heard(folder, name))
      return watcher.on('error', () => heard(folder, 'a folder'))
    })
    for (const watcher of old) watcher.close()
  }

  function heard({ workspace, path }: Folder, name: string | null): void {
    if (name === null || isScratch(name)) return
    const files = changed.get(workspace) ?? new Set()
    changed.set(workspace, files.add(join(path, name)))
    clearTimeout(timer)
    timer = setTimeout(() => {
      const changes = changed
      changed = new Map()
      open()
      onChange(changes)
    }, SETTLE_MS)
  }

  open()
  return close
}

function listFolders(workspace: string): Folder[] {
  const tops = sources.map((name) => join(workspace, name)).filter((folder) => existsSync(folder))
  return tops.flatMap((top) => {
    const below = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [top, ...below.map((entry) => join(entry.parentPath, entry.name))].map((path) => ({ workspace, path }))
  })
}

/** What editors keep beside a file while it is open. */
function isScratch(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || name === '4913'
}
