import { basename } from 'node:path'
import type { SupervisedService } from '../supervisor.ts'
import type { Viewer } from '../viewer.ts'
import type { Changes } from './changes.ts'
import { foldersOf, viewerFolder } from './workspace.ts'

export interface HotReloadOptions {
  services: readonly SupervisedService[]
  viewer: Viewer | undefined
  print: (line: string) => void
  /** Called when all that was restarted answers again. */
  onAnswer: () => void
}

/** The folders of all workspaces that a service or the trace viewer consists of. */
export function foldersToWatch(services: readonly SupervisedService[]): string[] {
  return [...new Set([...services.flatMap(({ place }) => foldersOf(place.service)), viewerFolder])]
}

/**
 * Makes the function that restarts, after changes, the services that consist of the changed files. A service that was stopped on
 * purpose stays so. A further change counts at once, even if services are still starting.
 */
export function createHotReload({ services, viewer, print, onAnswer }: HotReloadOptions) {
  const folders = new Map(services.map(({ place }) => [place.service, foldersOf(place.service)]))
  let last = 0

  return async function restartAfter(changes: Changes): Promise<void> {
    const round = (last += 1)
    const changedAt = performance.now()
    const concerned = services.filter(
      ({ place, state }) => state !== 'stopped' && folders.get(place.service)?.some((folder) => changes.has(folder))
    )
    const viewerIs = changes.has(viewerFolder) ? viewer : undefined
    await Promise.all([...concerned.map((service) => service.restart()), viewerIs?.restart()])
    const isDone = round === last && concerned.every(({ state }) => state === 'running')
    if (!isDone) return
    const names = [...new Set(concerned.map(({ place }) => place.service)), ...(viewerIs ? ['trace-viewer'] : [])]
    const seconds = ((performance.now() - changedAt) / 1000).toFixed(1)
    const files = [...changes.values()].flatMap((each) => [...each].map((file) => basename(file)))
    const what = files.length > 1 ? `${files.length} files` : (files[0] ?? 'a file')
    if (names.length === 0) return
    print(`${names.join(', ')} ${names.length > 1 ? 'answer' : 'answers'} again, ${seconds} s after ${what} changed`)
    onAnswer()
  }
}
