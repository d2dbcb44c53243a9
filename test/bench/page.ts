import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, spread, table } from './bench.ts'
import type { Collector } from './collector.ts'
import { compared, contenders, floorOf, type Contender } from './contenders.ts'
import { readAtOnce, readFor, WARM_UP_SECONDS, type Reading, type Target } from './load.ts'
import type { Progress } from './progress.ts'
import { EXPORT_DELAY_MS, startSuite, type Suite, type Surroundings } from './suite.ts'

/** A shared core is twice as fast at one time as ten seconds later, so suites that are compared take short turns. */
const TURN_MS = 1_000
/** In which the spans of a turn are sent. */
const SENDING_MS = EXPORT_DELAY_MS * 1.5
const START_SECONDS = 6
const START_PAGES = 10
const ORIGINAL = 'original'

/** The figures of one suite in one turn. */
export interface Sample {
  /** Milliseconds of CPU time for each page, of all services, up to the next turn: spans are sent after the pages. */
  cpuMs: number
  perSecond: number
  p50Ms: number
  p99Ms: number
}

export interface PageFigures {
  suites: {
    name: string
    /** Undefined for the original, whose CPU time, memory and spans are unknown. */
    contender: Contender | undefined
    spansPerPage: number
    /** MiB of the four processes: when they have started, and after all rounds. */
    idleMib: number
    loadedMib: number
  }[]
  /** In each a contender and those that it is compared with had a turn. Samples by the name of the suite. */
  rounds: { of: string; samples: Record<string, Sample> }[]
}

export interface PageOptions extends Surroundings {
  rounds: number
  /** A suite that runs elsewhere, such as the original. */
  original: Target | undefined
  spans: Collector
  progress: Progress
}

const measured = contenders.filter(({ program }) => program !== 'floor')

/** Seconds for the whole part, without an original. */
export function pageSeconds(rounds: number): number {
  const turns = measured.reduce((sum, contender) => sum + 1 + rivalsOf(contender).length, 0)
  return contenders.length * START_SECONDS + turns * (WARM_UP_SECONDS + (rounds * TURN_MS) / 1000)
}

/** Those that the contender's CPU time is compared with. */
function rivalsOf(contender: Contender): Contender[] {
  return [floorOf(contender), ...compared.flatMap(([one, other]) => (one === contender ? [other] : []))]
}

/** Measures each contender by turns with those that it is compared with. */
export async function measurePages(options: PageOptions): Promise<PageFigures> {
  const { rounds, original, spans, progress } = options
  await using stack = new AsyncDisposableStack()
  const figures: PageFigures = { suites: [], rounds: [] }
  const players = new Map<Contender | undefined, Player>()
  for (const contender of contenders) {
    progress.step(`start of "${contender.name}"`)
    const suite = stack.use(await startSuite(contender, options))
    const idleMib = suite.memoryMib()
    await readAtOnce(suite, 1, (asked) => asked >= START_PAGES)
    if (contender.spans) await sleep(SENDING_MS)
    const spansPerPage = (await spans.take()).length / START_PAGES
    figures.suites.push({ name: contender.name, contender, spansPerPage, idleMib, loadedMib: NaN })
    players.set(contender, { name: contender.name, target: suite, suite, turns: [] })
  }
  const originals = original ? [{ name: ORIGINAL, target: original, suite: undefined, turns: [] }] : []
  const unknown = { spansPerPage: NaN, idleMib: NaN, loadedMib: NaN }
  for (const { name } of originals) figures.suites.push({ name, contender: undefined, ...unknown })

  for (const contender of measured) {
    const rivals = rivalsOf(contender)
    const all = [...[...rivals, contender].flatMap((one) => players.get(one) ?? []), ...originals]
    const takeTurns = async (count: number, what: string): Promise<void> => {
      for (const player of all) player.turns.length = 0
      for (let round = 1; round <= count; round += 1) {
        progress.step(`${what}, round ${round} of ${count}: "${contender.name}"`)
        for (const player of all) await takeTurn(player)
      }
      await sleep(SENDING_MS)
    }
    await takeTurns((WARM_UP_SECONDS * 1000) / TURN_MS, 'warm-up')
    await takeTurns(rounds, 'page')
    const samples = all.map(({ name, ...player }) => ({ name, list: samplesOf(player) }))
    for (let round = 0; round < rounds; round += 1) {
      const each = samples.flatMap(({ name, list: { [round]: sample } }) => (sample ? [{ [name]: sample }] : []))
      figures.rounds.push({ of: contender.name, samples: Object.assign({}, ...each) })
    }
  }
  for (const one of figures.suites) one.loadedMib = players.get(one.contender)?.suite?.memoryMib() ?? NaN
  return figures
}

/** A suite that takes turns. */
interface Player {
  name: string
  target: Target
  suite: Suite | undefined
  turns: (Reading & { cpuBeforeMs: number })[]
}

async function takeTurn({ target, suite, turns }: Player): Promise<void> {
  const cpuBeforeMs = suite?.cpuMs() ?? NaN
  turns.push({ cpuBeforeMs, ...(await readFor(target, TURN_MS)) })
}

function samplesOf({ turns, suite }: Omit<Player, 'name'>): Sample[] {
  const cpuNowMs = suite?.cpuMs() ?? NaN
  return turns.map(({ cpuBeforeMs, pages, seconds, latenciesMs }, index) => ({
    cpuMs: ((turns[index + 1]?.cpuBeforeMs ?? cpuNowMs) - cpuBeforeMs) / pages,
    perSecond: pages / seconds,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99)
  }))
}

/** A ratio compares two samples of one round; the table has the median of the ratios, and quartiles in brackets. */
export function describePages({ suites, rounds }: PageFigures): string {
  const samplesIn = (name: string) => rounds.flatMap(({ samples }) => samples[name] ?? [])
  const ratio = (key: keyof Sample, of: string, [top, bottom]: readonly [string, string], digits: number) =>
    spread(
      rounds
        .filter((round) => round.of === of)
        .map(({ samples }) => (samples[top]?.[key] ?? NaN) / (samples[bottom]?.[key] ?? NaN)),
      digits
    )
  const rows = suites.map(({ name, contender, spansPerPage, idleMib, loadedMib }) => {
    const median = (key: keyof Sample, digits: number) => {
      const values = samplesIn(name).map((sample) => sample[key])
      return quantile(values, 0.5).toFixed(digits)
    }
    const isMeasured = contender !== undefined && measured.includes(contender)
    return [
      name,
      isMeasured ? ratio('cpuMs', name, [floorOf(contender).name, name], 2) : '',
      median('cpuMs', 2),
      median('perSecond', 0),
      median('p50Ms', 1),
      median('p99Ms', 1),
      spansPerPage.toFixed(1),
      idleMib.toFixed(0),
      loadedMib.toFixed(0)
    ]
  })
  const columns = ['floor’s CPU ÷ own', 'CPU ms', 'pages/s', 'p50 ms', 'p99 ms', 'spans', 'MiB idle', 'MiB after']
  const lines = [table(['page', ...columns], rows), '']
  for (const [{ name: one }, { name: other }] of compared)
    lines.push(`CPU of ${one} ÷ ${other}: ${ratio('cpuMs', one, [one, other], 2)}`)
  if (samplesIn(ORIGINAL).length > 0) {
    for (const { name, program } of measured)
      if (program === 'bookinfo')
        lines.push(`pages/s of ${name} ÷ original: ${ratio('perSecond', name, [name, ORIGINAL], 1)}`)
  }
  return lines.join('\n')
}
