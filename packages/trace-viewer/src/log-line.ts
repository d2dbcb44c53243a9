import { parseJson } from '@bookinfo/service-kit'
import type { LogLine } from './log-store.ts'

/** Characters of a line; stack traces fit. */
const LONGEST = 8 * 1024

/** The names of pino's numeric levels. */
const levelNames: Record<string, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal'
}

/** Fields with columns of their own. */
const known = new Set([
  'trace_id',
  'span_id',
  'trace_flags',
  'time',
  'service',
  'version',
  'name',
  'level',
  'msg',
  'pid',
  'hostname'
])

/** Reads a JSON line of pino. @returns undefined for other text, for a long line, and without a trace id */
export function readLogLine(text: string): LogLine | undefined {
  const line = text.length > LONGEST ? undefined : parseObject(text)
  const traceId = inWords(line?.['trace_id']).toLowerCase().padStart(32, '0')
  if (line === undefined || !/^(?=.*[1-9a-f])[0-9a-f]{32}$/.test(traceId)) return undefined
  const level = inWords(line['level'])
  return {
    traceId,
    spanId: inWords(line['span_id']).toLowerCase(),
    timeUs: readTime(line['time']) * 1000,
    service: inWords(line['service'] ?? line['name']),
    version: inWords(line['version']),
    level: levelNames[level] ?? level,
    message: inWords(line['msg']),
    fields: Object.entries(line)
      .filter(([name]) => !known.has(name))
      .map(([name, value]) => [name, inWords(value)])
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parseJson(text)
  return typeof value === 'object' && value !== null ? { ...value } : undefined
}

/** @returns milliseconds; 0 without a valid time */
function readTime(time: unknown): number {
  const ms = typeof time === 'string' ? Date.parse(time) : time
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : 0
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
