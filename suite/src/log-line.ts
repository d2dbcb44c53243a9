/** The parts of a service's log line that the launcher needs. */
export interface LogLine {
  /** A warning or an error, which is always shown. */
  bad: boolean
  /** Its message, and that of its error. */
  text: string
}

const badLevels = ['warn', 'error', 'fatal']

/** Reads a JSON line. Any other line is not bad, and is its own text. */
export function readLogLine(line: string): LogLine {
  const fields = parseFields(line)
  if (fields === undefined) return { bad: false, text: line }
  const words = [fields['msg'], messageOf(fields['err'])].filter((word) => typeof word === 'string')
  return { bad: badLevels.includes(String(fields['level'])), text: words.join(': ') }
}

function parseFields(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined
}
