import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, spread, table } from './bench.ts'
import type { Collector } from './collector.ts'
import { contenders, floorOf, tracedKept, usual, type Contender } from './contenders.ts'
import { readAtOnce, readFor, warmUp, WARM_UP_SECONDS, type Target } from './load.ts'
import type { Progress } from './progress.ts'
import { EXPORT_DELAY_MS, startSuite, type Suite, type Surroundings } from './suite.ts'

const ROUND_MS = 3_000
/** Milliseconds before each round: a suite that was idle meanwhile is slow at first. */
const REWARM_MS = 2_000
const START_SECONDS = 4

/** The figures of one contender in one round. */
interface Sample {
  /** Milliseconds of CPU time for each page, of all services, including the sending of spans. */
  cpuMs: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  spansPerPage: number
}

export interface PageFigures {
  name: string
  contender: Contender | undefined
  samples: Sample[]
  /** MiB of the four processes: when they have started, and after the rounds. */
  idleMib: number
  loadedMib: number
}

export interface PageOptions extends Surroundings {
  rounds: number
  /** A suite that runs elsewhere, such as the original; its CPU time and memory are unknown. */
  original: Target | undefined
  spans: Collector
  progress: Progress
}

/** Seconds for the whole part. */
export function pageSeconds(rounds: number): number {
  return contenders.length * (START_SECONDS + WARM_UP_SECONDS + (rounds * (REWARM_MS + ROUND_MS + 500)) / 1000)
}

/** Measures every contender in turn in each round, so that other load on the machine affects all of them. */
export async function measurePages(options: PageOptions): Promise<PageFigures[]> {
  const { rounds, original, spans, progress } = options
  await using stack = new AsyncDisposableStack()
  const running: { suite: Suite | undefined; target: Target; figures: PageFigures }[] = []
  for (const contender of contenders) {
    progress.step(`start of "${contender.name}"`)
    const suite = stack.use(await startSuite(contender, options))
    await readAtOnce(suite, 1, (asked) => asked >= 1)
    const figures = { name: contender.name, contender, samples: [], idleMib: suite.memoryMib(), loadedMib: NaN }
    await warmUp(suite)
    running.push({ suite, target: suite, figures })
  }
  const figures = { name: 'original', contender: undefined, samples: [], idleMib: NaN, loadedMib: NaN }
  if (original !== undefined) {
    await warmUp(original)
    running.push({ suite: undefined, target: original, figures })
  }
  await sleep(EXPORT_DELAY_MS * 1.5)
  for (let round = 1; round <= rounds; round += 1) {
    for (const { suite, target, figures: own } of running) {
      progress.step(`page, round ${round} of ${rounds}: "${own.name}"`)
      own.samples.push(await measureRound(target, suite, spans))
      if (round === rounds && suite) own.loadedMib = suite.memoryMib()
    }
  }
  return running.map((one) => one.figures)
}

async function measureRound(target: Target, suite: Suite | undefined, collector: Collector): Promise<Sample> {
  const cpuMs = (): number => suite?.cpuMs() ?? NaN
  await readFor(target, REWARM_MS)
  if (suite?.contender.spans) await sleep(EXPORT_DELAY_MS * 1.5)
  await collector.take()
  const before = cpuMs()
  const { pages, seconds, latenciesMs } = await readFor(target, ROUND_MS)
  // The last spans are sent after the last page, and cost as much as the others.
  if (suite?.contender.spans) await sleep(EXPORT_DELAY_MS * 1.5)
  const after = cpuMs()
  const spans = await collector.take()
  return {
    cpuMs: (after - before) / pages,
    perSecond: pages / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    spansPerPage: spans.length / pages
  }
}

/** A ratio compares two samples of one round; the table has the median of the ratios, and quartiles in brackets. */
export function describePages(all: readonly PageFigures[]): string {
  const samplesOf = (contender: Contender | undefined) =>
    all.find((figures) => figures.contender === contender)?.samples ?? []
  const ratios = (top: readonly Sample[], bottom: readonly Sample[], key: keyof Sample) =>
    bottom.map((sample, round) => (top[round]?.[key] ?? NaN) / sample[key])
  const rows = all.map(({ name, contender, samples, idleMib, loadedMib }) => {
    const median = (key: keyof Sample) =>
      quantile(
        samples.map((sample) => sample[key]),
        0.5
      )
    const floor = contender === undefined ? [] : samplesOf(floorOf(contender))
    return [
      name,
      contender === undefined ? '' : spread(ratios(floor, samples, 'cpuMs'), 2),
      median('cpuMs').toFixed(2),
      median('perSecond').toFixed(0),
      median('p50Ms').toFixed(1),
      median('p99Ms').toFixed(1),
      median('spansPerPage').toFixed(1),
      idleMib.toFixed(0),
      loadedMib.toFixed(0)
    ]
  })
  const header = [
    'page',
    'floor’s CPU ÷ own',
    'CPU ms',
    'pages/s',
    'p50 ms',
    'p99 ms',
    'spans',
    'MiB idle',
    'MiB after'
  ]
  const lines = [
    table(header, rows),
    '',
    `CPU of ${usual.name} ÷ ${tracedKept.name}: ${spread(ratios(samplesOf(usual), samplesOf(tracedKept), 'cpuMs'), 2)}`
  ]
  const original = samplesOf(undefined)
  if (original.length > 0) {
    for (const { name, contender, samples } of all)
      if (contender?.program === 'bookinfo')
        lines.push(`pages/s of ${name} ÷ original: ${spread(ratios(samples, original, 'perSecond'), 1)}`)
  }
  return lines.join('\n')
}
