import { EventEmitter, on } from 'node:events'
import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs'
import { join } from 'node:path'

/** What a running service is read from; a change elsewhere in its folder (tests, bundle) means nothing to it. */
const sources = ['src', 'public']

/** An editor writes several files, or one in several steps. */
const SETTLE_MS = 60

/**
 * Yields the name of a file below the workspaces' sources whenever one has changed, until `stop` is aborted.
 *
 * Folders are watched, not files as `node --watch` does: many editors save by putting a new file in the old one's place,
 * and files that are new or that are no modules (styles, pages) count too.
 */
export async function* changesIn(workspaces: readonly string[], stop: AbortSignal): AsyncGenerator<string> {
  const changes = new EventEmitter()
  const close = watchFolders(workspaces, (file) => changes.emit('change', file))
  try {
    for await (const [file] of on(changes, 'change', { signal: stop })) yield String(file)
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    close()
  }
}

function watchFolders(workspaces: readonly string[], onChange: (file: string) => void): () => void {
  let watchers: FSWatcher[] = []
  let timer: NodeJS.Timeout | undefined

  function close(): void {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }

  // All anew after each change, as folders may have come or gone with it; the old ones last, so that somebody always listens.
  function open(): void {
    const old = watchers
    watchers = workspaces.flatMap(listFolders).map((folder) => watch(folder, (_event, name) => heard(name)))
    for (const watcher of watchers) watcher.on('error', () => heard('a folder'))
    for (const watcher of old) watcher.close()
  }

  function heard(name: string | null): void {
    if (name === null || isScratch(name)) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      open()
      onChange(name)
    }, SETTLE_MS)
  }

  open()
  return close
}

function listFolders(workspace: string): string[] {
  const tops = sources.map((name) => join(workspace, name)).filter((folder) => existsSync(folder))
  return tops.flatMap((top) => {
    const below = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [top, ...below.map((entry) => join(entry.parentPath, entry.name))]
  })
}

/** What editors keep beside a file while it is open. */
function isScratch(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || name === '4913'
}
