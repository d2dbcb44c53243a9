import { constants } from 'node:os'

/** Ctrl-C, `kill`, and a closed terminal. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const controller = new AbortController()

/** Aborts on the first stop signal, with a Stopped as its reason. Never aborts before `stopOnSignals` is called. */
export const stop = controller.signal

/** A stop signal ended this process before its work was done. */
export class Stopped extends Error {
  /** The exit status that shells report for a signal: 128 and its number. */
  readonly status: number

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`)
    this.status = 128 + constants.signals[signal]
  }
}

/** Makes stop signals abort `stop`, instead of ending the process at once. Further signals change nothing. */
export function stopOnSignals(): AbortSignal {
  const stopFor = (signal: NodeJS.Signals) => controller.abort(new Stopped(signal))
  for (const signal of signals) process.on(signal, () => stopFor(signal))
  // The parent process is gone. Without `unref` the channel to it would keep this process alive.
  process.on('disconnect', () => stopFor('SIGHUP'))
  process.channel?.unref()
  // The reader of the output is gone, for example in `npm start | head`.
  process.stdout.on('error', () => stopFor('SIGPIPE'))
  return stop
}

/** Resolves on the first stop signal. */
export function untilStopped(): Promise<'stopped'> {
  if (stop.aborted) return Promise.resolve('stopped')
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve('stopped')))
}
