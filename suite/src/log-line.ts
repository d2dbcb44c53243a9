/** A line of a service's log, for people. */
export interface LogLine {
  /** Worth showing without being asked. */
  bad: boolean
  text: string
}

const badLevels = ['warn', 'error', 'fatal']

/** What every line has, or what the service's name in front of it says already. */
const leftOut = ['level', 'time', 'msg', 'service', 'version', 'x-request-id', 'trace_id', 'span_id', 'err']

/** Reads a JSON line; what is none is shown as it is. */
export function readLogLine(line: string): LogLine {
  const fields = parseFields(line)
  if (fields === undefined) return { bad: false, text: line }
  const level = inWords(fields['level'])
  const rest = Object.entries(fields).filter(([name]) => !leftOut.includes(name))
  const words = [level, inWords(fields['msg'] ?? ''), ...rest.map(([name, value]) => `${name}=${inWords(value)}`)]
  if (fields['err'] !== undefined) words.push(inWords(fields['err']))
  return { bad: badLevels.includes(level), text: words.join(' ') }
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

function inWords(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message)
  return JSON.stringify(value)
}
