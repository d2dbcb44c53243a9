import { explainFailure, Failure, parseOptions, print, refuse, stopOnSignals } from '@bookinfo/cli'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { showDuration, showOffset } from './figures.ts'
import { createLogStore } from './log-store.ts'
import { UNPACKED_LIMIT } from './otlp/decode.ts'
import { readRun } from './run-file.ts'
import { serviceNames } from './service-calls.ts'
import { compareTraces, type Difference, type OperationFigures } from './trace-difference.ts'
import { createTraceStore, type TraceStore } from './trace-store.ts'

const DEFAULT_VIEWER = 'http://localhost:16686'
const TIMEOUT_MS = 10_000
/** More than a file of a run can have. */
const MAX_SPANS = 1_000_000

const help = 'npm run traces -- --help'

const usage = `Usage: npm run traces -- diff A B [options]

Compares two traces by operation. A and B are trace ids, as the trace viewer and log lines have them.

  --viewer URL   the trace viewer to ask; if not given ${DEFAULT_VIEWER}
  --run FILE     read a saved run instead; twice if the traces are in two of them
  --json         print the differences as JSON; durations in microseconds
  --help         show this

Exit status: 0 if both have the same operations, versions, numbers of spans and errors, whatever they took; 1 if not;
2 if they cannot be compared.
`

const options = {
  viewer: { type: 'string', default: DEFAULT_VIEWER },
  run: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean' }
} as const

const stop = stopOnSignals()

await explainFailure(async () => {
  const { values, positionals } = parseOptions(process.argv.slice(2), { options, help })
  if (values.help) return print(usage.trimEnd())
  const [command, a, b, more] = positionals
  if (command !== 'diff' || a === undefined || b === undefined || more !== undefined)
    throw new Failure(`"diff" and two trace ids are needed, got "${positionals.join(' ')}"; see ${help}`)
  const files = values.run?.map((file) => readFile(resolve(process.env['INIT_CWD'] ?? '', file)))
  const runs = await Promise.all(files ?? [fetchRun(values.viewer)]).catch(refuseRun)
  const store = createTraceStore(MAX_SPANS, Infinity)
  for (const run of runs) await readRun(run, { store, logs: createLogStore(1) }).catch(refuseRun)
  const differences = compareTraces(find(store, a), find(store, b), serviceNames(store.all()))
  print(values.json ? JSON.stringify(differences, null, 2) : describe(differences))
  process.exitCode = differences.every(isSame) ? 0 : 1
}, 2)

async function fetchRun(viewer: string): Promise<Buffer> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)])
  if (!/^https?:\/\//.test(viewer) || !URL.canParse(viewer))
    refuse('--viewer', viewer, 'an http:// or https:// address')
  const response = await fetch(new URL('/api/run', viewer), { signal }).catch((error: unknown) => {
    stop.throwIfAborted()
    throw new Failure(
      `no trace viewer answers at ${viewer}: start the suite with npm start, or give --viewer or --run`,
      {
        cause: error
      }
    )
  })
  if (!response.ok) throw new Failure(`${viewer} answered ${response.status}: --viewer must be a trace viewer`)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > UNPACKED_LIMIT)
      throw new Failure(`${viewer} sends more than a run can have: --viewer must be a trace viewer`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function refuseRun(error: unknown): never {
  stop.throwIfAborted()
  throw error instanceof Error && !(error instanceof Failure) ? new Failure(error.message, { cause: error }) : error
}

function find(store: TraceStore, id: string) {
  const trace = store.get(id)
  if (trace === undefined) throw new Failure(`there is no trace "${id}" there: it may have gone`)
  return trace
}

function isSame({ a, b }: Difference): boolean {
  return a !== undefined && b !== undefined && outcome(a) === outcome(b)
}

function outcome({ versions, spans, errors }: OperationFigures): string {
  return [versions.join(' and '), spans > 1 && `${spans} spans`, errors > 0 && `${errors} failed`]
    .filter(Boolean)
    .join(', ')
}

function describe(differences: readonly Difference[]): string {
  const rows = differences.map((each) => {
    const change = (each.b?.durationUs ?? 0) - (each.a?.durationUs ?? 0)
    const sides = [each.a, each.b].map((side) => (side ? [showDuration(side.durationUs), outcome(side)] : ['none', '']))
    return [isSame(each) ? ' ' : '*', `${each.service} ${each.operation}`, ...sides.flat(), showOffset(change)]
  })
  const table = [['', '', 'A', '', 'B', '', 'B - A'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()
    )
    .join('\n')
}
