import type { Tracing } from '@bookinfo/tracing'
import type { FastifyBaseLogger } from 'fastify'
import { stdout } from './log-output.ts'

/** Least milliseconds between two lines. */
const REPORT_INTERVAL_MS = 60_000

/** Most milliseconds from the first loss to its line. */
const CHECK_INTERVAL_MS = 1_000

/** Logs how many lines were dropped while nobody read the log. */
export function reportDroppedLines(log: FastifyBaseLogger): void {
  const report = (): void => {
    const count = stdout.takeDropped()
    if (count > 0) log.warn({ dropped_lines: count }, 'log lines were dropped: nobody read them')
  }
  setInterval(report, CHECK_INTERVAL_MS).unref()
}

/** Logs that this process makes spans, and from then on the spans that are lost. */
export function reportSpans(log: FastifyBaseLogger, tracing: Tracing): void {
  const { exporters } = tracing
  log.info({ exporters }, 'making spans')
  if (exporters.includes('jaeger'))
    log.warn('the exporter "jaeger" is no longer maintained: use otlp, which Jaeger takes')
  setInterval(createLossReport(log, tracing), CHECK_INTERVAL_MS).unref()
}

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
