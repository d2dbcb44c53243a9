/** A line of a service's log. */
export interface LogLine {
  traceId: string
  spanId: string
  timeUs: number
  service: string
  /** Empty if it does not say it. */
  version: string
  level: string
  message: string
  /** All other fields. */
  fields: readonly [name: string, value: string][]
}

export interface LogStore {
  add(line: LogLine): void
  /** The lines of a trace by time. */
  ofTrace(traceId: string): LogLine[]
  /** In the order in which they came. */
  all(): readonly LogLine[]
}

/** Keeps the last lines of all traces together. */
export function createLogStore(maxLines: number): LogStore {
  const lines: LogLine[] = []
  return {
    add(line) {
      lines.push(line)
      if (lines.length > maxLines) lines.shift()
    },
    all: () => lines,
    ofTrace: (traceId) => lines.filter((line) => line.traceId === traceId).toSorted((a, b) => a.timeUs - b.timeUs)
  }
}
