import { spread, table } from './bench.ts'
import { byDefault, floors, tracedKept, usual, type Contender } from './contenders.ts'
import { readAtOnce } from './load.ts'
import type { Progress } from './progress.ts'
import { startSuite, type Surroundings } from './suite.ts'

const measured: readonly Contender[] = [floors.kept, byDefault, tracedKept, usual]

export interface StartFigures {
  name: string
  /** From the start of productpage's process to its first page, while the other services run. */
  firstPageMs: number[]
}

export const START_SECONDS = 25
const RUNS = 9

/** Measures the start of productpage, in turn for each contender. */
export async function measureStarts(around: Surroundings & { progress: Progress }): Promise<StartFigures[]> {
  await using stack = new AsyncDisposableStack()
  const running: { name: string; suite: Awaited<ReturnType<typeof startSuite>>; firstPageMs: number[] }[] = []
  for (const contender of measured) {
    around.progress.step(`start of "${contender.name}"`)
    const suite = stack.use(await startSuite(contender, around))
    await readAtOnce(suite, 1, (asked) => asked >= 20)
    running.push({ name: contender.name, suite, firstPageMs: [] })
  }
  for (let run = 1; run <= RUNS; run += 1) {
    for (const { name, suite, firstPageMs } of running) {
      around.progress.step(`first page, run ${run} of ${RUNS}: "${name}"`)
      const startMs = performance.now()
      await using productpage = await suite.another()
      await readAtOnce(productpage, 1, (asked) => asked >= 1)
      firstPageMs.push(performance.now() - startMs)
    }
  }
  return running.map(({ name, firstPageMs }) => ({ name, firstPageMs }))
}

export function describeStarts(all: readonly StartFigures[]): string {
  const [floor] = all
  const rows = all.map(({ name, firstPageMs }) => {
    const ratios = firstPageMs.map((ms, run) => ms / (floor?.firstPageMs[run] ?? NaN))
    return [name, spread(firstPageMs, 0), spread(ratios, 2)]
  })
  return table(['first page after the start of productpage', 'ms', '÷ floor'], rows)
}
