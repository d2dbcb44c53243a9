import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { formatExcerpt } from '../excerpt.ts'
import type { SupervisedService, End } from '../supervisor.ts'
import type { Place, ViewerPlace } from '../topology.ts'
import type { Viewer } from '../viewer.ts'
import { watchWorkspaces } from './changes.ts'
import { createHotReload, foldersToWatch } from './hot-reload.ts'
import { openLiveReload } from './live-reload.ts'

interface DevOptions {
  places: readonly Place[]
  viewer: ViewerPlace | undefined
  print: (line: string) => void
}

export interface Dev {
  places: Place[]
  viewer: ViewerPlace | undefined
  onEnded: (place: Place, end: End) => void
  /** Follows changes of what the services are made from. */
  watch(services: readonly SupervisedService[], viewer: Viewer | undefined): void
  /** Loads the types: after the start of the suite, which would be slower with it. */
  startTypeChecker(): void
  close(): Promise<void>
}

/** What `npm run dev` adds to the suite: hot reload, pages that load themselves again, and a type check of what was saved. */
export async function openDev({ places: [page, ...others], viewer, print }: DevOptions): Promise<Dev> {
  const pageReload = page && (await openLiveReload(page))
  const viewerReload = viewer && (await openLiveReload(viewer))
  const reloads = [pageReload, viewerReload].filter((reload) => reload !== undefined)
  /** What was said since the last change: three versions of reviews have the same sources, and the same error. */
  let said = new Set<string>()

  function say(text: string): void {
    if (!said.has(text)) print(text)
    said.add(text)
  }

  let typeChecker: ChildProcess | undefined
  let isClosed = false
  let closeWatch: (() => void) | undefined

  return {
    places: [...(pageReload ? [pageReload.place] : []), ...others],
    viewer: viewerReload?.place,
    onEnded({ name }, { how, excerpt }) {
      say(excerpt ? formatExcerpt(excerpt) : `${name} ended with ${how}; it starts again when a file changes`)
    },
    watch(services, viewerOfSuite) {
      const onAnswer = () => reloads.forEach((reload) => reload.reload())
      const restartAfter = createHotReload({ services, viewer: viewerOfSuite, print, onAnswer })
      closeWatch = watchWorkspaces(foldersToWatch(services), (changes) => {
        said = new Set()
        void restartAfter(changes)
        if (typeChecker?.connected) typeChecker.send([...changes.values()].flatMap((files) => [...files]))
      })
    },
    startTypeChecker() {
      typeChecker = fork(join(import.meta.dirname, 'type-checker.ts'), {
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        detached: true
      })
      typeChecker.on('message', (line) => void (typeof line === 'string' && print(line)))
      typeChecker.on('exit', () => {
        if (!isClosed) print('Types are not checked any more: the type checker ended by itself.')
      })
    },
    async close() {
      isClosed = true
      closeWatch?.()
      typeChecker?.kill('SIGKILL')
      await Promise.all(reloads.map((reload) => reload.close()))
    }
  }
}
