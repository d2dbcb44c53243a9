import { Failure } from '@bookinfo/cli'
import { untilReady, whyNotReady } from './ready.ts'
import { startService, type Output, type ServiceProcess } from './service-process.ts'
import type { Place, ViewerPlace } from './topology.ts'
import { startViewer, type Viewer } from './viewer.ts'

/** Long enough for six processes on a slow machine that is busy. */
const READY_MS = 60_000

/** A database that refuses the password does so at once, and one that is coming up answers nobody until it is. */
const REFUSED_MS = 15_000

const ADVICE = 'all others were stopped; npm start -- --verbose shows every log line'

export interface LaunchOptions extends Output {
  /** The trace viewer, if it is to run. */
  viewer?: ViewerPlace | undefined
  /** Aborted when the suite is to stop. */
  stop: AbortSignal
  /** Aborted when the services have had time enough to become ready. */
  tooLate?: AbortSignal
  /** Milliseconds for which a service that answers may say that it is not ready. */
  refusedMs?: number
  onReady: () => void
}

/**
 * Runs the services until `stop` is aborted, and the trace viewer beside them: they neither wait for it nor end with it.
 * None of all these is left when it returns or throws.
 *
 * @throws Failure if a service does not become ready, or one ends by itself
 */
export async function launch(places: readonly Place[], options: LaunchOptions): Promise<void> {
  const { viewer: viewerPlace, stop, tooLate = AbortSignal.timeout(READY_MS), onReady, ...output } = options
  const { refusedMs = REFUSED_MS } = options
  if (stop.aborted) return
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()))
  const over = new AbortController()
  const viewer = viewerPlace && startViewer(viewerPlace, output)
  const services = places.map((place) => startService(place, { ...output, onLogLine: viewer?.take }))
  try {
    const running = Promise.race([stopped, ...services.map(refuseToEnd)])
    await Promise.race([
      running,
      untilAllReady(places, { tooLate, refusedMs, stop: AbortSignal.any([stop, over.signal]) })
    ])
    if (!stop.aborted) onReady()
    if (viewer) void sayIfEnded(viewer, AbortSignal.any([stop, over.signal]), output)
    await running
  } finally {
    over.abort()
    await Promise.all(services.map((service) => service.stop()))
    // After them, as they send it their last spans.
    await viewer?.stop()
  }
}

async function refuseToEnd({ place, ended }: ServiceProcess): Promise<never> {
  throw new Failure(`${place.name} ended by itself with ${await ended} (${ADVICE})`)
}

async function sayIfEnded({ ended }: Viewer, signal: AbortSignal, { print }: Output): Promise<void> {
  const how = await ended
  if (!signal.aborted) print(`The trace viewer ended by itself with ${how}; the suite goes on without it.`)
}

interface Patience {
  tooLate: AbortSignal
  refusedMs: number
  stop: AbortSignal
}

async function untilAllReady(places: readonly Place[], { tooLate, refusedMs, stop }: Patience): Promise<void> {
  const signal = AbortSignal.any([stop, tooLate])
  const ready = await Promise.all(places.map((place) => untilReady(place, signal, refusedMs)))
  const late = places.find((_place, index) => !ready[index])
  if (late === undefined || stop.aborted) return
  throw new Failure(`${late.name} was not ready in time: ${await whyNotReady(late)} (${ADVICE})`)
}
