import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Reading } from './reader.ts'

/** Points of the picture. A long run has longer steps. */
const MAX_STEPS = 600

/** Different texts that are counted; all others count as one. */
const MAX_TEXTS = 20

/** A second of the run, or more in a long run. */
export interface Step {
  atSeconds: number
  requests: number
  failed: number
  /** Milliseconds. */
  p50: number
  p99: number
}

/** The summary of a run, as `--json` writes it. */
export interface Summary {
  url: string
  started: string
  requestsPerSecond: number
  seconds: number
  requests: number
  failed: number
  /** Failed requests by reason. */
  failures: Record<string, number>
  /** Pages that say that a part is unavailable. */
  incomplete: number
  /** Those pages by what they say. */
  missing: Record<string, number>
  /** Pages by the version of reviews on them. */
  versions: Record<string, number>
  latencyMs: { p50: number; p90: number; p99: number; p999: number; max: number }
  steps: Step[]
}

export interface Report {
  add: (reading: Reading, latencyMs: number) => void
  /** One line about the last step that has ended. */
  line: () => string
  summary: () => Summary
}

export interface ReportOptions {
  url: URL
  requestsPerSecond: number
  /** The planned length of the run. */
  seconds: number
  started: Date
  /** A clock that only goes forward. */
  nowMs: () => number
}

/** Counts what came back in a run, in bounded memory. */
export function createReport({ url, requestsPerSecond, seconds, started, nowMs }: ReportOptions): Report {
  const startMs = nowMs()
  const stepSeconds = Math.max(1, Math.ceil(seconds / MAX_STEPS))
  const all = createHistogram()
  const counts = { failed: 0, incomplete: 0 }
  const failures: Record<string, number> = {}
  const missing: Record<string, number> = {}
  const versions: Record<string, number> = {}
  const steps: Step[] = []
  let step = { histogram: createHistogram(), failed: 0 }

  const passedSeconds = () => (nowMs() - startMs) / 1000

  /** Closes the steps that have ended, those without an answer too. */
  function closeSteps(): void {
    while (passedSeconds() >= (steps.length + 1) * stepSeconds) {
      const { histogram, failed } = step
      const atSeconds = steps.length * stepSeconds
      steps.push({
        atSeconds,
        requests: histogram.count,
        failed,
        p50: readMs(histogram, 50),
        p99: readMs(histogram, 99)
      })
      step = { histogram: createHistogram(), failed: 0 }
    }
  }

  return {
    add(reading, latencyMs) {
      closeSteps()
      // The histogram counts microseconds, as it takes integers from 1 on.
      const microseconds = Math.max(1, Math.round(latencyMs * 1000))
      all.record(microseconds)
      step.histogram.record(microseconds)
      if (reading.failure !== undefined) {
        counts.failed++
        step.failed++
        count(failures, reading.failure)
      }
      if (reading.missing.length > 0) counts.incomplete++
      for (const sentence of new Set(reading.missing)) count(missing, sentence)
      if (reading.version !== undefined) count(versions, reading.version)
    },
    line() {
      closeSteps()
      const { requests, p50, p99 } = steps.at(-1) ?? { requests: 0, p50: 0, p99: 0 }
      return [
        `${Math.round(passedSeconds())} s`.padStart(7),
        `${(requests / stepSeconds).toFixed(1)}/s`.padStart(9),
        `p50 ${p50} ms`.padStart(12),
        `p99 ${p99} ms`.padStart(12),
        `${counts.failed} failed`.padStart(10),
        `${counts.incomplete} incomplete`.padStart(14),
        `  ${shares(versions)}`
      ]
        .join(' ')
        .trimEnd()
    },
    summary() {
      closeSteps()
      const { failed, incomplete } = counts
      return {
        url: url.href,
        started: started.toISOString(),
        requestsPerSecond,
        seconds: Math.round(passedSeconds() * 10) / 10,
        requests: all.count,
        failed,
        failures,
        incomplete,
        missing,
        versions,
        latencyMs: {
          p50: readMs(all, 50),
          p90: readMs(all, 90),
          p99: readMs(all, 99),
          p999: readMs(all, 99.9),
          max: readMs(all, 100)
        },
        steps
      }
    }
  }
}

/** The summary as lines for people. */
export function describeSummary(summary: Summary): string {
  const { requests, seconds, failed, failures, incomplete, missing, versions, latencyMs } = summary
  const reasons = (texts: Record<string, number>) =>
    Object.entries(texts).map(([text, times]) => `  ${times} times: ${text}`)
  return [
    `${requests} requests in ${seconds} s (${(requests / seconds).toFixed(1)}/s)`,
    `p50 ${latencyMs.p50} ms, p90 ${latencyMs.p90} ms, p99 ${latencyMs.p99} ms, p99.9 ${latencyMs.p999} ms, longest ${latencyMs.max} ms`,
    `${failed} failed`,
    ...reasons(failures),
    `${incomplete} pages were incomplete`,
    ...reasons(missing),
    ...(Object.keys(versions).length > 0 ? [shares(versions)] : [])
  ].join('\n')
}

function shares(versions: Record<string, number>): string {
  const pages = Object.values(versions).reduce((sum, count) => sum + count, 0)
  if (pages === 0) return ''
  const share = (version: string) => `${version} ${Math.round(((versions[version] ?? 0) / pages) * 100)} %`
  return `reviews ${Object.keys(versions).toSorted().map(share).join(', ')}`
}

function count(texts: Record<string, number>, text: string): void {
  const key = text in texts || Object.keys(texts).length < MAX_TEXTS ? text : 'other reasons'
  texts[key] = (texts[key] ?? 0) + 1
}

function readMs(histogram: RecordableHistogram, percentile: number): number {
  return histogram.count > 0 ? round(histogram.percentile(percentile) / 1000) : 0
}

function round(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)
}
