import type { Run } from './measure.ts'

/** A substrate with all that was found out about it. */
export interface Finding {
  name: string
  about: string
  bytes: number
  runs: Run[]
}

const rows: [what: string, value: (finding: Finding) => string][] = [
  ['cold start to the first 200', ({ runs }) => duration(median(runs.map(({ startMs }) => startMs)))],
  ['memory on the host', ({ runs }) => megabytes(median(runs.map(({ memoryBytes }) => memoryBytes)))],
  ['bytes to bring', ({ bytes }) => megabytes(bytes)],
  [
    'p50',
    ({ runs }) =>
      duration(
        percentile(
          runs.flatMap(({ latenciesMs }) => latenciesMs),
          0.5
        )
      )
  ],
  [
    'p99',
    ({ runs }) =>
      duration(
        percentile(
          runs.flatMap(({ latenciesMs }) => latenciesMs),
          0.99
        )
      )
  ],
  ['stop', ({ runs }) => duration(median(runs.map(({ stopMs }) => stopMs)))]
]

/**
 * The comparison in Markdown.
 *
 * @param where on what it was measured, and how often
 */
export function reportOn(findings: readonly Finding[], where: string): string {
  const about = findings.map(({ name, about: what }) => `- **${name}**: ${what}`)
  return `# details as a process, a container and a virtual machine

Written by \`npm run equivalence\`. ${where}

${tableOf(findings)}

${about.join('\n')}

Start and stop are medians, memory is the proportional share (PSS) of all processes that are there because of it, after the
requests. Latencies are of one client that asks again when it has its answer, on one connection, when the whole machine has
booted. What is stopped has a client connected.
`
}

/** A column for each substrate. */
function tableOf(findings: readonly Finding[]): string {
  const names = findings.map(({ name }) => name)
  const lines = [
    ['`details` as', ...names],
    ['---', ...names.map(() => '---:')],
    ...rows.map(([what, value]) => [what, ...findings.map(value)])
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}

function duration(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`
  if (ms >= 1_000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`
}
