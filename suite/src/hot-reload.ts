import { changesIn } from './changes.ts'
import { untilReady } from './ready.ts'
import { startService, type Output, type ServiceProcess } from './service-process.ts'
import type { Place } from './topology.ts'

export interface HotReloadOptions extends Output {
  /** Aborted when the service is to stop. */
  stop: AbortSignal
}

/**
 * Runs the versions of one service, and restarts them after each change of a file in the folders, until `stop` is aborted. A
 * version that cannot start waits for the next change. All have ended when it returns or throws.
 */
export async function hotReload(
  places: readonly Place[],
  folders: readonly string[],
  { stop, ...output }: HotReloadOptions
): Promise<void> {
  const start = () => places.map((place) => startService(place, output))
  let running = start()
  let round = new AbortController()
  let changedAt = performance.now()

  async function follow(reason: string): Promise<void> {
    const signal = AbortSignal.any([stop, round.signal])
    for (const service of running) void sayIfEnded(service, signal)
    const ready = Promise.all(places.map((place) => untilReady(place, signal))).then(() => true)
    const ended = Promise.all(running.map((service) => service.ended)).then(() => false)
    const answers = await Promise.race([ready, ended])
    if (signal.aborted || !answers || reason === '') return
    const seconds = ((performance.now() - changedAt) / 1000).toFixed(1)
    output.print(`${places[0]?.service} answers again, ${seconds} s after ${reason} changed`)
  }

  async function sayIfEnded({ place, ended }: ServiceProcess, signal: AbortSignal): Promise<void> {
    const how = await ended
    if (!signal.aborted) output.print(`${place.name} ended with ${how}; it starts again when a file changes`)
  }

  try {
    void follow('')
    for await (const file of changesIn(folders, stop)) {
      round.abort()
      round = new AbortController()
      changedAt = performance.now()
      await Promise.all(running.map((service) => service.stop()))
      if (stop.aborted) break
      running = start()
      void follow(file)
    }
  } finally {
    round.abort()
    await Promise.all(running.map((service) => service.stop()))
  }
}
