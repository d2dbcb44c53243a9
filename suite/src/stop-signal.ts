/** Ctrl-C, a polite kill, and a terminal that was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborted by the first signal to end. Later ones change nothing: ending is under way, and bounded. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) process.on(signal, () => controller.abort())
  return controller.signal
}
