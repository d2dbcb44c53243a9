import { createError } from '@bookinfo/service-kit'
import type { LogLine, LogStore } from './log-store.ts'
import { readLogLine } from './log-line.ts'
import { decodeSpans, unpack, UNPACKED_LIMIT } from './otlp/decode.ts'
import { writeSpans } from './otlp/write-spans.ts'
import type { TraceStore } from './trace-store.ts'

export interface Stores {
  store: TraceStore
  logs: LogStore
}

const BadLine = createError('BOOKINFO_BAD_RUN', 'line %s of the file is neither OTLP/JSON nor a log line: %s', 400)

/**
 * A run as lines of JSON: each trace as an OTLP request, then the log lines of these traces as pino writes them. The oldest that
 * do not fit into the bound of a file are left out.
 */
export function writeRun({ store, logs }: Stores): string {
  const lines: string[] = []
  const ids = new Set<string>()
  let bytes = 0
  const add = (line: string): boolean => {
    bytes += Buffer.byteLength(line) + 1
    if (bytes <= UNPACKED_LIMIT) lines.push(line)
    return bytes <= UNPACKED_LIMIT
  }
  for (const { id, spans } of store.all().toReversed()) {
    if (!add(JSON.stringify(writeSpans([...spans.values()])))) break
    ids.add(id)
  }
  // The stores let go first what came first.
  lines.reverse()
  for (const line of logs.all()) if (ids.has(line.traceId)) add(JSON.stringify(writeLogLine(line)))
  return lines.map((line) => `${line}\n`).join('')
}

function writeLogLine({ traceId, spanId, timeUs, service, version, level, message, fields }: LogLine) {
  const known = { time: timeUs / 1000, level, service, version, trace_id: traceId, span_id: spanId, msg: message }
  return { ...Object.fromEntries(fields), ...known }
}

/**
 * Takes a run, plain or gzip, into the stores. Lines before a bad one are kept.
 *
 * @throws a 4xx error that says what is wrong
 */
export async function readRun(file: Buffer, { store, logs }: Stores): Promise<{ spans: number; lines: number }> {
  const isGzip = file[0] === 0x1f && file[1] === 0x8b
  const bytes = await unpack(file, isGzip ? 'gzip' : 'identity')
  const taken = { spans: 0, lines: 0 }
  const texts = bytes.toString().split('\n')
  for (const [index, text] of texts.entries()) {
    if (text.trim() === '') continue
    const line = readLogLine(text)
    if (line !== undefined) {
      logs.add(line)
      taken.lines += 1
      continue
    }
    try {
      const spans = decodeSpans(Buffer.from(text), 'json')
      store.add(spans, text.length)
      taken.spans += spans.length
    } catch (error) {
      throw new BadLine(index + 1, error instanceof Error ? error.message : String(error))
    }
  }
  return taken
}
