import { quantile } from '../bench/bench.ts'
import type { Run } from './measure.ts'

/** The results of one runtime. */
export interface Finding {
  name: string
  about: string
  bytes: number
  runs: Run[]
}

const latency = (share: number) => (finding: Finding) =>
  duration(
    quantile(
      finding.runs.flatMap(({ latenciesMs }) => latenciesMs),
      share
    )
  )
const median = (figure: 'startMs' | 'memoryBytes' | 'stopMs', { runs }: Finding) =>
  quantile(
    runs.map((run) => run[figure]),
    0.5
  )

const rows: [what: string, value: (finding: Finding) => string][] = [
  ['cold start to the first 200', (finding) => duration(median('startMs', finding))],
  ['memory on the host', (finding) => megabytes(median('memoryBytes', finding))],
  ['bytes of the image', ({ bytes }) => megabytes(bytes)],
  ['p50', latency(0.5)],
  ['p99', latency(0.99)],
  ['stop', (finding) => duration(median('stopMs', finding))]
]

/**
 * Writes the comparison in Markdown.
 *
 * @param where the machine and the number of runs
 */
export function reportOn(findings: readonly Finding[], where: string): string {
  const about = findings.map(({ name, about: what }) => `- **${name}**: ${what}`)
  return `# details as a process, a container and a virtual machine

Written by \`npm run equivalence\`. ${where}

${tableOf(findings)}

${about.join('\n')}

Start and stop are medians. Memory is the proportional share (PSS) of all processes of the runtime, after the requests. Latencies
are those of one client on one connection, which sends the next request after each answer, when the machine has finished its boot.
A client is connected during the stop.
`
}

/** Makes a table with one column for each runtime. */
function tableOf(findings: readonly Finding[]): string {
  const names = findings.map(({ name }) => name)
  const lines = [
    ['`details` as', ...names],
    ['---', ...names.map(() => '---:')],
    ...rows.map(([what, value]) => [what, ...findings.map(value)])
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`
  if (ms >= 1_000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}
