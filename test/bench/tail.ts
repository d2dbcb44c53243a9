import { quantile, table } from './bench.ts'
import { byDefault, floors, type Contender } from './contenders.ts'
import { CONNECTIONS, readFor, readSteadily, warmUp, WARM_UP_SECONDS } from './load.ts'
import type { Progress } from './progress.ts'
import { startSuite, type Suite, type Surroundings } from './suite.ts'

const measured: readonly Contender[] = [floors['per-request'], floors.kept, byDefault]
const EACH = [1, CONNECTIONS, 64, 256, 1024]
const MS = 3_000
const STEADY_MS = 10_000

export const TAIL_SECONDS = 130 + measured.length * WARM_UP_SECONDS

export interface TailFigures {
  name: string
  /** In an open loop at half of the rate that 16 connections get. */
  half: { perSecond: number; firstMs: number[]; latenciesMs: number[] }
  atOnce: { connections: number; perSecond: number; cpuMs: number; refused: number; latenciesMs: number[] }[]
}

/** Measures the slowest pages: at half load, and with many connections. */
export async function measureTails(around: Surroundings & { progress: Progress }): Promise<TailFigures[]> {
  await using stack = new AsyncDisposableStack()
  const running: { suite: Suite; figures: TailFigures }[] = []
  for (const contender of measured) {
    around.progress.step(`start of "${contender.name}"`)
    const suite = stack.use(await startSuite(contender, around))
    await warmUp(suite)
    running.push({
      suite,
      figures: { name: contender.name, half: { perSecond: 0, firstMs: [], latenciesMs: [] }, atOnce: [] }
    })
  }
  for (const connections of EACH) {
    for (const { suite, figures } of running) {
      around.progress.step(`${connections} connections: "${figures.name}"`)
      const before = suite.cpuMs()
      const { pages, refused, seconds, latenciesMs } = await readFor(suite, MS, connections)
      const cpuMs = (suite.cpuMs() - before) / pages
      figures.atOnce.push({ connections, perSecond: pages / seconds, cpuMs, refused, latenciesMs })
    }
  }
  for (const { suite, figures } of running) {
    const capacity = figures.atOnce.find(({ connections }) => connections === CONNECTIONS)?.perSecond ?? 0
    const perSecond = Math.round(capacity / 2)
    around.progress.step(`${perSecond} pages a second: "${figures.name}"`)
    // V8 compiles hot code again when the load has changed, and a single page waits for up to 80 ms.
    const { latenciesMs: firstMs } = await readSteadily(suite, perSecond, STEADY_MS)
    const { latenciesMs } = await readSteadily(suite, perSecond, STEADY_MS)
    figures.half = { perSecond, firstMs, latenciesMs }
  }
  return running.map(({ figures }) => figures)
}

export function describeTails(all: readonly TailFigures[]): string {
  const half = all.flatMap(({ name, half: { perSecond, firstMs, latenciesMs } }) =>
    Object.entries({ 'first 10 s': firstMs, 'after that': latenciesMs }).map(([when, times]) => {
      const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => quantile(times, share))
      return [name, String(perSecond), when, ...[p50, p90, p99].map((ms) => ms?.toFixed(1) ?? ''), ratio(p99, p50)]
    })
  )
  const [fresh, kept] = all
  const many = all.flatMap(({ name, atOnce }) =>
    atOnce.map(({ connections, perSecond, cpuMs, refused, latenciesMs }, row) => {
      const p99 = quantile(latenciesMs, 0.99)
      const than = [fresh, kept].map((floor) => ratio(p99, quantile(floor?.atOnce[row]?.latenciesMs ?? [], 0.99)))
      const p50 = quantile(latenciesMs, 0.5).toFixed(1)
      return [
        name,
        String(connections),
        perSecond.toFixed(0),
        String(refused),
        cpuMs.toFixed(2),
        p50,
        p99.toFixed(1),
        ...than
      ]
    })
  )
  return [
    table(['half load, open loop', 'pages/s', 'when', 'p50 ms', 'p90 ms', 'p99 ms', 'p99 ÷ p50'], half),
    '',
    table(
      [
        'all connections busy',
        'connections',
        'pages/s',
        '503',
        'CPU ms',
        'p50 ms',
        'p99 ms',
        'p99 ÷ floor',
        '÷ floor, kept'
      ],
      many
    )
  ].join('\n')
}

function ratio(top: number | undefined, bottom: number | undefined): string {
  return ((top ?? NaN) / (bottom ?? NaN)).toFixed(1)
}
