import { explainFailure, parseOptions, readNumber } from '@bookinfo/cli'
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { machine } from '../bench.ts'
import { READERS, runRounds } from './rounds.ts'
import { formatTable } from './table.ts'
import { connectionUses, floor, variants } from './variants.ts'

const help = `Measures the overhead of tracing: reviews v2 against a minimal server. README.md says how to read the table.

Usage: npm run bench -- [options]
  --rounds N          rounds that are measured (9)
  --ms N              milliseconds of each round (1000)
  --only TEXT         variants whose name contains the text; the floor is always measured
  --connections USE   ${connectionUses.join(', ')}; all if absent
`
const options = {
  help: { type: 'boolean', default: false },
  rounds: { type: 'string', default: '9' },
  ms: { type: 'string', default: '1000' },
  only: { type: 'string', default: '' },
  connections: { type: 'string', default: connectionUses.join(' ') }
} as const
const SERVER_CORE = 0

const cores = availableParallelism()

await explainFailure(async () => {
  const { values } = parseOptions(process.argv.slice(2), {
    options,
    help: 'npm run bench -- --help',
    example: 'npm run bench -- --rounds 5'
  })
  if (values.help) process.stdout.write(help)
  else await measureOverhead(values)
})

async function measureOverhead(values: Record<'rounds' | 'ms' | 'only' | 'connections', string>): Promise<void> {
  const count = readNumber('--rounds', values.rounds, { least: 1, greatest: 1000 })
  const ms = readNumber('--ms', values.ms, { least: 1, greatest: 600_000 })
  const core = pinAwayFrom(SERVER_CORE) ? SERVER_CORE : undefined
  const chosen = variants.filter((variant) => variant === floor || variant.name.includes(values.only))
  process.stdout.write(
    `Overhead of tracing: reviews v2, which call ratings once for each request, with ${READERS} readers\n` +
      `${machine}; ${core === undefined ? 'no process is pinned to a core' : `servers on core ${core}, all else on the others`}\n` +
      `${count} rounds of ${ms} ms: medians, and quartiles in brackets\n`
  )
  for (const connections of connectionUses.filter((use) => values.connections.includes(use))) {
    const samples = await runRounds(chosen, { count, ms, connections, core })
    process.stdout.write(`\nUPSTREAM_CONNECTIONS=${connections}\n${formatTable(samples)}\n`)
  }
  process.stdout.write('\nOther benches: npm run bench:start, npm run bench:connections\n')
}

/** Moves this process (readers, ratings and collector) off the core of the servers. @returns whether that worked */
function pinAwayFrom(busy: number): boolean {
  const others = Array.from({ length: cores }, (_, number) => number).filter((number) => number !== busy)
  if (others.length === 0) return false
  try {
    execFileSync('taskset', ['-a', '-c', '-p', others.join(','), String(process.pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
