export interface LogLine {
  level: string
  msg: string
  [name: string]: unknown
}

export interface CollectedLog {
  stream: { write(line: string): void }
  lines: LogLine[]
  /** Lines that an operator would be woken for. */
  errors(): LogLine[]
}

/** A place for an app's log lines, so that a test can look at them. */
export function collectLog(): CollectedLog {
  const lines: LogLine[] = []
  return {
    lines,
    stream: { write: (line) => void lines.push(JSON.parse(line)) },
    errors: () => lines.filter(({ level }) => level === 'error' || level === 'fatal')
  }
}
