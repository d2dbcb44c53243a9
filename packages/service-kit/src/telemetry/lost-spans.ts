import type { Tracing } from '@bookinfo/tracing'
import type { FastifyBaseLogger } from 'fastify'

/** Milliseconds from one line to the next at least. */
const REPORT_INTERVAL_MS = 60_000

/** Milliseconds from a loss to its line at most, if there was none before. */
export const CHECK_INTERVAL_MS = 1_000

/**
 * Says in the log that spans were lost, and why: soon after the first, then once a minute at most.
 *
 * @param now milliseconds of a clock that only goes forward
 * @returns what is to be called from time to time
 */
export function createLossReport(
  log: Pick<FastifyBaseLogger, 'warn'>,
  tracing: Pick<Tracing, 'sending'>,
  now: () => number = () => performance.now()
): () => void {
  let reported = 0
  let last = -Infinity
  return () => {
    const { dropped, reason } = tracing.sending()
    if (dropped === reported || now() - last < REPORT_INTERVAL_MS) return
    log.warn({ dropped_spans: dropped - reported, reason }, 'spans could not be sent')
    reported = dropped
    last = now()
  }
}
