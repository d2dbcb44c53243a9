import { constants } from 'node:os'

/** Ctrl-C, a polite kill, and a terminal that was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const controller = new AbortController()

/** Aborted by the first request to end, with a Stopped for a reason; never, unless `stopOnSignals` was called. */
export const stop = controller.signal

/** Somebody asked this process to end before it was done. */
export class Stopped extends Error {
  /** With which a process ends that was ended by a signal, as a shell tells it. */
  readonly status: number

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`)
    this.status = 128 + constants.signals[signal]
  }
}

/** From now on requests to end abort `stop`. Later ones change nothing: ending is under way, and bounded. */
export function stopOnSignals(): void {
  const stopFor = (signal: NodeJS.Signals) => controller.abort(new Stopped(signal))
  for (const signal of signals) process.on(signal, () => stopFor(signal))
  // Whoever started this process is gone; until then the channel alone is no reason to stay.
  process.on('disconnect', () => stopFor('SIGHUP'))
  process.channel?.unref()
  // So is whoever read what is printed: `npm start | head` has seen enough.
  process.stdout.on('error', () => stopFor('SIGPIPE'))
}

/** Resolves when somebody asks this process to end. */
export function untilStopped(): Promise<'stopped'> {
  if (stop.aborted) return Promise.resolve('stopped')
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve('stopped')))
}
