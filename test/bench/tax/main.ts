import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { READERS, runRounds } from './rounds.ts'
import { formatTable } from './table.ts'
import { connectionUses, floor, variants } from './variants.ts'

/** What tracing costs. README.md says how to read it. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    ms: { type: 'string', default: '1000' },
    /** Part of a variant's name; the floor is always measured. */
    only: { type: 'string', default: '' },
    connections: { type: 'string', default: connectionUses.join(' ') }
  }
})
const count = wholeNumber('rounds', values.rounds)
const ms = wholeNumber('ms', values.ms)
const SERVER_CORE = 0

const cores = availableParallelism()
const core = pinAwayFrom(SERVER_CORE) ? SERVER_CORE : undefined
const chosen = variants.filter((variant) => variant === floor || variant.name.includes(values.only))
process.stdout.write(
  `What tracing costs: reviews v2, which ask ratings once for each request, with ${READERS} readers\n` +
    `Node ${process.versions.node}, ${cores} cores (${cpus()[0]?.model}), load ${loadavg()[0]?.toFixed(2)}; ` +
    `${core === undefined ? 'nothing is pinned to a core' : `servers on core ${core}, all else on the others`}\n` +
    `${count} rounds of ${ms} ms: medians, and the quarters around them\n`
)
for (const connections of connectionUses.filter((use) => values.connections.includes(use))) {
  const samples = await runRounds(chosen, { count, ms, connections, core })
  process.stdout.write(`\nUPSTREAM_CONNECTIONS=${connections}\n${formatTable(samples)}\n`)
}
process.stdout.write('\nOther benches: npm run bench:start, npm run bench:connections\n')

function wholeNumber(name: string, text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new RangeError(`--${name} cannot be "${text}": give it a whole number above 0`)
}

/** Keeps this process, which is readers, ratings and collector in one, off the core that the servers run on. */
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
