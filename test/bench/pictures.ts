import { quantile } from './bench.ts'
import { drawChart } from './chart.ts'
import type { PageFigures } from './page.ts'
import type { TailFigures } from './tail.ts'

/** The CPU time of each contender in each round. */
export function drawPages({ rounds }: PageFigures): string {
  return drawChart({
    title: 'CPU time of a page, all four services',
    x: { title: 'round' },
    y: { title: 'ms' },
    lines: Object.entries(Object.groupBy(rounds, ({ of }) => of)).map(([name, own = []]) => ({
      name,
      points: own.map(({ samples }, round) => [round + 1, samples[name]?.cpuMs ?? NaN])
    }))
  })
}

/** The share of pages that take longer than a time, at half load. */
export function drawTails(all: readonly TailFigures[]): string {
  const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999]
  return drawChart({
    title: 'Time of a page at half load',
    x: { title: 'one page in so many takes longer', log: true },
    y: { title: 'ms', log: true },
    lines: all.map(({ name, half }) => ({
      name,
      points: shares.map((share) => [1 / (1 - share), quantile(half.latenciesMs, share)])
    }))
  })
}
