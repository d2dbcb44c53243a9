import { Failure } from '@bookinfo/cli'
import { untilReady, whyNotReady } from './ready.ts'
import type { Output } from './service-process.ts'
import { superviseService, type End, type SupervisedService } from './supervisor.ts'
import { COMMAND, type Place, type ViewerPlace } from './topology.ts'
import { startViewer, type Viewer } from './viewer.ts'

/** Long enough for six processes on a slow machine that is busy. */
const READY_MS = 60_000

/** A database that refuses the password does so at once, and one that is coming up answers nobody until it is. */
const REFUSED_MS = 15_000

const ADVICE = `all others were stopped; ${COMMAND} --verbose shows every log line`

export interface LaunchOptions extends Output {
  /** The trace viewer, if it is to run. */
  viewer?: ViewerPlace | undefined
  /** Aborted when the suite is to stop. */
  stop: AbortSignal
  /** Aborted when the services have had time enough to become ready. */
  tooLate?: AbortSignal
  /** Milliseconds for which a service that answers may say that it is not ready. */
  refusedMs?: number
  /** Called as soon as the services are starting. */
  onStart?: (services: readonly SupervisedService[], viewer: Viewer | undefined) => void
  onServiceReady?: (place: Place) => void
  /** Called when a service ends by itself, in place of the message. With it such an end does not end the start either. */
  onEnded?: ((place: Place, end: End) => void) | undefined
  /** What it returns is awaited; it is to end on `stop`. */
  onReady: () => void | Promise<void>
}

/**
 * Runs the services until `stop` is aborted, and the trace viewer beside them: they neither wait for it nor end with it. A service
 * that ends after the start leaves the others alone. None of all these is left when it returns or throws.
 *
 * @throws Failure if a service does not become ready, or ends before that
 */
export async function launch(places: readonly Place[], options: LaunchOptions): Promise<void> {
  const { viewer: viewerPlace, stop, tooLate = AbortSignal.timeout(READY_MS), onReady, onEnded, ...output } = options
  const { refusedMs = REFUSED_MS, onStart, onServiceReady } = options
  if (stop.aborted) return
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()))
  const over = new AbortController()
  const quiet = AbortSignal.any([stop, over.signal])
  const failed = Promise.withResolvers<never>()
  // It may fail while nobody waits for it any more.
  failed.promise.catch(() => undefined)
  let isReady = false
  const ends = new Map(places.map(({ name }) => [name, new AbortController()]))
  const takeEnd = (place: Place, end: End): void => {
    ends.get(place.name)?.abort()
    if (quiet.aborted) return
    if (onEnded) return onEnded(place, end)
    if (!isReady) return failed.reject(new Failure(`${place.name} ended by itself with ${end.how} (${ADVICE})`))
    output.print(`${place.name} ended by itself with ${end.how}; the others go on without it.`)
  }
  const shown = Promise.withResolvers<void>()
  // The viewer may be the first to end for a reason that ends the start, which is told once.
  async function sayAfterStart(how: string): Promise<void> {
    await shown.promise
    if (!quiet.aborted) output.print(`The trace viewer ended by itself with ${how}; the suite goes on without it.`)
  }
  const onViewerEnded = onEnded ?? ((_: Place, { how }: End) => void sayAfterStart(how))
  const viewer = viewerPlace && startViewer(viewerPlace, { ...output, stop: quiet, onEnded: onViewerEnded })
  const isNews = createNewsFilter(() => services.every(({ state }) => state === 'running'))
  const supervision = { ...output, isNews, onLogLine: viewer?.take, stop: quiet, onEnded: takeEnd }
  const services = places.map((place) => superviseService(place, supervision))
  onStart?.(services, viewer)

  async function untilAllReady(): Promise<void> {
    const tooLong = AbortSignal.any([quiet, tooLate])
    const ready = await Promise.all(
      services.map(async (service) => {
        const { name } = service.place
        const signal = AbortSignal.any([tooLong, ends.get(name)?.signal ?? tooLong])
        const answers = await untilReady(service.place, signal, refusedMs)
        if (!answers || signal.aborted) return false
        service.markReady()
        onServiceReady?.(service.place)
        return true
      })
    )
    const late = services.find((_service, index) => !ready[index])?.place
    if (late === undefined || stop.aborted || onEnded) return
    throw new Failure(`${late.name} was not ready in time: ${await whyNotReady(late)} (${ADVICE})`)
  }

  try {
    await Promise.race([stopped, failed.promise, untilAllReady()])
    isReady = true
    if (!stop.aborted) await onReady()
    shown.resolve()
    await stopped
  } finally {
    over.abort()
    await Promise.all(services.map((service) => service.stop()))
    // After them, as they send it their last spans.
    await viewer?.stop()
  }
}

/** While a service is away, the others would warn of it for each page that is opened: each such warning is shown once. */
function createNewsFilter(allRun: () => boolean) {
  const shown = new Set<string>()

  return function isNews(name: string, text: string): boolean {
    if (allRun()) shown.clear()
    const warning = `${name} ${text}`
    if (shown.has(warning)) return false
    if (!allRun()) shown.add(warning)
    return true
  }
}
