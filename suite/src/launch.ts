import { Failure } from '@bookinfo/cli'
import { untilReady, whyNotReady } from './ready.ts'
import type { Output } from './service-process.ts'
import { superviseService, type SupervisedService } from './supervisor.ts'
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
  onStart?: (services: readonly SupervisedService[]) => void
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
  const { viewer: viewerPlace, stop, tooLate = AbortSignal.timeout(READY_MS), onReady, ...output } = options
  const { refusedMs = REFUSED_MS, onStart } = options
  if (stop.aborted) return
  const stopped = new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()))
  const over = new AbortController()
  const quiet = AbortSignal.any([stop, over.signal])
  const failed = Promise.withResolvers<never>()
  // It may fail while nobody waits for it any more.
  failed.promise.catch(() => undefined)
  let isReady = false
  const onEnded = ({ name }: Place, how: string): void => {
    if (!isReady) return failed.reject(new Failure(`${name} ended by itself with ${how} (${ADVICE})`))
    if (!quiet.aborted) output.print(`${name} ended by itself with ${how}; the others go on without it.`)
  }
  const viewer = viewerPlace && startViewer(viewerPlace, output)
  const supervision = { ...output, onLogLine: viewer?.take, stop: quiet, onEnded }
  const services = places.map((place) => superviseService(place, supervision))
  onStart?.(services)
  try {
    await Promise.race([stopped, failed.promise, untilAllReady(services, { tooLate, refusedMs, stop: quiet })])
    isReady = true
    if (!stop.aborted) await onReady()
    if (viewer) void sayIfEnded(viewer, quiet, output)
    await stopped
  } finally {
    over.abort()
    await Promise.all(services.map((service) => service.stop()))
    // After them, as they send it their last spans.
    await viewer?.stop()
  }
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

async function untilAllReady(services: readonly SupervisedService[], patience: Patience): Promise<void> {
  const { tooLate, refusedMs, stop } = patience
  const signal = AbortSignal.any([stop, tooLate])
  const ready = await Promise.all(
    services.map(async (service) => {
      const isReady = await untilReady(service.place, signal, refusedMs)
      if (isReady) service.markReady()
      return isReady
    })
  )
  const late = services.find((_service, index) => !ready[index])?.place
  if (late === undefined || stop.aborted) return
  throw new Failure(`${late.name} was not ready in time: ${await whyNotReady(late)} (${ADVICE})`)
}
