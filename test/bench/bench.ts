import { explainFailure, parseOptions, print, readNumber } from '@bookinfo/cli'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The machine on which a bench runs, for its first line. */
export const machine =
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(2)}, ` +
  `Node ${process.versions.node}`

/** @param share 0 for the smallest value, 0.5 for the median, 1 for the greatest */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * share)] ?? Number.NaN
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** Median, and quartiles in brackets. */
export function spread(values: readonly number[], digits: number): string {
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits))
  return `${median} (${low}–${high})`
}

/** Lines of a Markdown table, which is as readable on a terminal. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [header, rule, ...rows].map(line).join('\n')
}

export function bundleOf(service: string): string {
  return fileURLToPath(new URL(`../../services/${service}/dist/main.js`, import.meta.url))
}

/** Runs a bench whose only option is the number of runs. */
export async function countedBench(name: string, runs: number, body: (runs: number) => Promise<void>): Promise<void> {
  await explainFailure(async () => {
    const command = `npm run ${name} --`
    const { values } = parseOptions(process.argv.slice(2), {
      options: { help: { type: 'boolean' }, runs: { type: 'string', default: String(runs) } },
      help: `${command} --help`,
      example: `${command} --runs ${runs}`
    })
    if (values.help)
      return print(`Usage: ${command} [--runs N]\n\n  --runs N   how often each figure is measured (${runs})`)
    await body(readNumber('--runs', values.runs, { least: 1, greatest: 1000 }))
  })
}
