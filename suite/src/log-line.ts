/** What matters about a line of a service's log to whoever started the service. */
export interface LogLine {
  /** Worth showing without being asked. */
  bad: boolean
  /** What it says, and the error that it tells of. */
  text: string
}

const badLevels = ['warn', 'error', 'fatal']

/** Reads a JSON line; what is none is nothing bad, and says what it says. */
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
