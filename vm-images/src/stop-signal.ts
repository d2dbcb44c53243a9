/** Ctrl-C, a polite kill, and a terminal that was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborted by the first request to end. Later ones change nothing: ending is under way, and bounded. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) process.on(signal, () => controller.abort())
  // Whoever started this process is gone; until then the channel alone is no reason to stay.
  process.on('disconnect', () => controller.abort())
  process.channel?.unref()
  // So is whoever read what is printed: `npm start | head` has seen enough.
  process.stdout.on('error', () => controller.abort())
  return controller.signal
}
