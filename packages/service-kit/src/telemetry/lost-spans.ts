import type { Tracing } from '@bookinfo/tracing'
import type { FastifyBaseLogger } from 'fastify'

/** Least milliseconds between two lines. */
const REPORT_INTERVAL_MS = 60_000

/** Most milliseconds from the first loss to its line. */
export const CHECK_INTERVAL_MS = 1_000

/**
 * Logs that spans were lost, and why: soon after the first, then at most once a minute.
 *
 * @param now milliseconds of a clock that only goes forward
 * @returns a function to call from time to time
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
