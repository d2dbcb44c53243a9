import type { LogLine } from './log-store.ts'
import { MACHINE_MARK } from './span.ts'

/** Pino's levels, least first. */
export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

export interface LogFilter {
  /** Empty for all, as in the next two. */
  service: string
  version: string
  /** Somewhere in the line, in upper or lower case. */
  text: string
  /** The least level. */
  level: (typeof levels)[number]
}

/** Reads the fields of the form. An invalid value counts as absent. */
export function parseLogFilter(fields: URLSearchParams): LogFilter {
  return {
    service: fields.get('service') ?? '',
    // Log lines do not say what their service runs in.
    version: (fields.get('version') ?? '').replace(MACHINE_MARK, ''),
    text: fields.get('text') ?? '',
    level: levels.find((level) => level === fields.get('level')) ?? 'trace'
  }
}

export function passesLog(line: LogLine, { service, version, text, level }: LogFilter): boolean {
  return (
    (service === '' || line.service === service) &&
    (version === '' || line.version === version) &&
    // A level that pino does not have is shown always.
    (rank(line.level) ?? Infinity) >= (rank(level) ?? 0) &&
    (text === '' || contains(line, text.toLowerCase()))
  )
}

function rank(level: string): number | undefined {
  const index = levels.findIndex((name) => name === level)
  return index === -1 ? undefined : index
}

function contains({ message, traceId, fields }: LogLine, text: string): boolean {
  return [message, traceId, ...fields.map(([name, value]) => `${name}=${value}`)].some((part) =>
    part.toLowerCase().includes(text)
  )
}
