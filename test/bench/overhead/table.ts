import { quantile } from '../bench.ts'
import type { Sample } from './rounds.ts'
import { floor, type Variant } from './variants.ts'

/** Median and quartiles. */
interface Summary {
  median: number
  low: number
  high: number
}

const columns = ['of the floor', 'CPU µs per answer', 'answers/s', 'of the floor', 'spans per trace']

/** The samples as lines of text. A ratio compares two samples of one round; the table shows the median of the ratios. */
export function formatTable(samples: ReadonlyMap<Variant, readonly Sample[]>): string {
  const floors = samples.get(floor) ?? []
  const rows = [...samples].map(([variant, own]) => {
    const cpuRatio = own.map(({ cpu }, round) => (floors[round]?.cpu ?? Number.NaN) / cpu)
    const rateRatio = own.map(({ rate }, round) => rate / (floors[round]?.rate ?? Number.NaN))
    const cells = [
      format(summarize(cpuRatio), 2),
      format(summarize(own.map(({ cpu }) => cpu)), 0),
      summarize(own.map(({ rate }) => rate)).median.toFixed(0),
      format(summarize(rateRatio), 2),
      summarize(own.map(({ spans }) => spans)).median.toFixed(2)
    ]
    return [variant.name, ...cells]
  })
  return [['', ...columns], ...rows].map(formatRow).join('\n')
}

function formatRow([name = '', ...cells]: readonly string[]): string {
  return `  ${name.padEnd(29)}${cells.map((cell) => cell.padStart(20)).join('')}`.trimEnd()
}

function format({ median, low, high }: Summary, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}

function summarize(values: readonly number[]): Summary {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) }
}
