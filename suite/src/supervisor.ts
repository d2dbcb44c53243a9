import type { serviceStates } from '@bookinfo/contracts/lab'
import type { Excerpt } from './excerpt.ts'
import { untilReady } from './ready.ts'
import { startService, type Output, type ServiceProcess } from './service-process.ts'
import type { Place } from './topology.ts'

/** Milliseconds for a service that was started again, on a slow machine that is busy. */
const READY_MS = 60_000

export type ServiceState = (typeof serviceStates)[number]

/** A service of the suite, which can be stopped and started while the others run. */
export interface SupervisedService {
  readonly place: Place
  readonly state: ServiceState
  /** How it ended, if it did so by itself. */
  readonly how: string | undefined
  /** It answers that it is ready. */
  markReady(): void
  /** Starts it, unless it runs, and waits until it is ready or has ended. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Stops it, and starts it again, as what it is or as another version of it. */
  restart(place?: Place): Promise<void>
}

/** The end of a service that nobody asked for. */
export interface End {
  /** Its status or signal, and the error, in words. */
  how: string
  /** Where in the sources the error is, if Node said so. */
  excerpt: Excerpt | undefined
}

export interface SuperviseOptions extends Output {
  /** Aborted when nothing is to be started any more. */
  stop: AbortSignal
  /** Called when the service ends by itself. */
  onEnded: (place: Place, end: End) => void
}

/** Starts a service, and knows how it is from then on. */
export function superviseService(first: Place, { stop, onEnded, ...output }: SuperviseOptions): SupervisedService {
  let place = first
  let state: ServiceState = 'starting'
  let how: string | undefined
  let service = spawnService()
  /** Aborted when something else is asked for than to wait until it is ready. */
  let waiting = new AbortController()
  /** What is asked for happens one after the other. */
  let last: Promise<void> = Promise.resolve()

  function spawnService(): ServiceProcess {
    const spawned = startService(place, output)
    void watch(spawned)
    return spawned
  }

  async function watch(spawned: ServiceProcess): Promise<void> {
    const words = await spawned.ended
    if (service !== spawned || state === 'stopped') return
    state = 'ended'
    how = words
    onEnded(spawned.place, { how: words, excerpt: spawned.findExcerpt() })
  }

  function inTurn(action: () => Promise<void>): Promise<void> {
    last = last.then(action)
    return last
  }

  async function startNow(): Promise<void> {
    if (stop.aborted || state === 'starting' || state === 'running') return
    state = 'starting'
    how = undefined
    service = spawnService()
    const over = new AbortController()
    void service.ended.then(() => over.abort())
    waiting = new AbortController()
    const isOver = AbortSignal.any([stop, over.signal, waiting.signal, AbortSignal.timeout(READY_MS)])
    if ((await untilReady(place, isOver)) && !isOver.aborted) state = 'running'
  }

  async function stopNow(): Promise<void> {
    if (state !== 'ended') state = 'stopped'
    await service.stop()
  }

  return {
    get place() {
      return place
    },
    get state() {
      return state
    },
    get how() {
      return how
    },
    markReady() {
      if (state === 'starting') state = 'running'
    },
    start: () => inTurn(startNow),
    stop() {
      waiting.abort()
      return inTurn(stopNow)
    },
    restart(next = place) {
      waiting.abort()
      return inTurn(async () => {
        await stopNow()
        state = 'stopped'
        place = next
        await startNow()
      })
    }
  }
}
