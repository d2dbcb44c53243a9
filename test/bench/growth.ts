import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, table } from './bench.ts'
import { drawChart } from './chart.ts'
import { byDefault, tracedKept } from './contenders.ts'
import { readFor, type Target } from './load.ts'
import type { Progress } from './progress.ts'
import { cpuMsOf, EXPORT_DELAY_MS, startServer, startSuite, type Suite, type Surroundings } from './suite.ts'

const FLOOD_FACTORS = [0, 1, 3, 10, 30]
const REVIEWERS = [2, 10, 30, 100]
const PRODUCTS = [1, 10, 100, 1_000, 10_000]
const SAMPLED = [0, 0.01, 0.1, 0.5, 1]
const POINTS = FLOOD_FACTORS.length + REVIEWERS.length + PRODUCTS.length + SAMPLED.length
const ROUNDS = 6
const TURN_MS = 400
const WARM_UP_MS = 2_000
/** In which the spans of a turn are sent. */
const SENDING_MS = EXPORT_DELAY_MS * 1.5
/** Products that get stars at once. */
const GIVEN_AT_ONCE = 50

export const GROWTH_SECONDS =
  (POINTS * (WARM_UP_MS + ROUNDS * TURN_MS) + SAMPLED.length * ROUNDS * SENDING_MS) / 1000 + 30

export interface GrowthFigures {
  /** What is counted along the axis, and whose CPU time it costs. */
  of: string
  /** Milliseconds of CPU time for each request, and how many times those of the first point in the same round: medians. */
  points: { at: number; cpuMs: number; ratio: number }[]
}

/** What is read, and the process whose CPU time it costs. */
interface Measured extends Target {
  pid: number
}

/** Measures how the cost of a request grows with calls, reviewers, products and recorded requests. */
export async function measureGrowth(around: Surroundings & { progress: Progress }): Promise<GrowthFigures[]> {
  const { progress } = around
  progress.step('growth: start')
  await using suite = await startSuite(byDefault, around)
  await using traced = await startSuite(tracedKept, around)
  const ofCalls = await grow(
    'calls of reviews for a page beside its own: productpage',
    FLOOD_FACTORS,
    (factor, stack) => anotherPage(suite, { FLOOD_FACTOR: String(factor) }, stack)
  )
  const ofSpans = await grow(
    'percent of all requests with spans: productpage',
    SAMPLED.map((share) => share * 100),
    (percent, stack) => {
      const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: String(percent / 100) }
      return anotherPage(traced, env, stack)
    },
    SENDING_MS
  )
  const ofReviewers = await grow('reviewers of a product: ratings', REVIEWERS, async (count) => {
    await giveStars(suite.ports.ratings, [count], count)
    return { port: suite.ports.ratings, path: `/ratings/${count}`, pid: suite.pids.ratings }
  })
  const ofProducts = await grow('products with stars: ratings', PRODUCTS, async (count, stack) => {
    const { port, pid } = stack.use(await startServer(byDefault, 'ratings', { ...around, env: {} }))
    await giveStars(
      port,
      Array.from({ length: count - 1 }, (_, index) => index + 1),
      2
    )
    return { port, path: '/ratings/0', pid }
  })
  return [ofCalls, ofSpans, ofReviewers, ofProducts]

  /** @param settleMs between a turn and the end of its CPU time */
  async function grow(
    of: string,
    numbers: readonly number[],
    prepare: (at: number, stack: AsyncDisposableStack) => Promise<Measured>,
    settleMs = 0
  ): Promise<GrowthFigures> {
    await using stack = new AsyncDisposableStack()
    const points: (Measured & { at: number; costsMs: number[] })[] = []
    for (const at of numbers) {
      progress.step(`growth: ${of}, ${at}`)
      const point = { at, costsMs: [], ...(await prepare(at, stack)) }
      await readFor(point, WARM_UP_MS)
      points.push(point)
    }
    for (let round = 1; round <= ROUNDS; round += 1) {
      progress.step(`growth: ${of}, round ${round} of ${ROUNDS}`)
      for (const point of points) point.costsMs.push(await measureCost(point, settleMs))
    }
    const first = points[0]?.costsMs ?? []
    return {
      of,
      points: points.map(({ at, costsMs }) => ({
        at,
        cpuMs: median(costsMs),
        ratio: median(costsMs.map((ms, round) => ms / (first[round] ?? NaN)))
      }))
    }
  }
}

export function describeGrowth(all: readonly GrowthFigures[]): string {
  const rows = all.flatMap(({ of, points }) =>
    points.map(({ at, cpuMs, ratio }) => [of, String(at), cpuMs.toFixed(3), ratio.toFixed(2)])
  )
  return table(['cost grows with', 'number', 'CPU ms', '÷ first'], rows)
}

export function drawGrowth(all: readonly GrowthFigures[]): string {
  return drawChart({
    title: 'How the cost of a request grows',
    x: { title: 'number, and one', log: true },
    y: { title: 'CPU time, ÷ first', log: true },
    lines: all.map(({ of, points }) => ({
      name: of.split(':')[0] ?? of,
      points: points.map(({ at, ratio }) => [at + 1, ratio])
    }))
  })
}

/** A further productpage with other settings. */
async function anotherPage(suite: Suite, env: NodeJS.ProcessEnv, stack: AsyncDisposableStack): Promise<Measured> {
  return stack.use(await suite.another(env))
}

async function measureCost(measured: Measured, settleMs: number): Promise<number> {
  const before = cpuMsOf(measured.pid)
  const { pages } = await readFor(measured, TURN_MS)
  if (settleMs > 0) await sleep(settleMs)
  return (cpuMsOf(measured.pid) - before) / pages
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Gives products the stars of so many reviewers. */
async function giveStars(port: number, ids: readonly number[], reviewers: number): Promise<void> {
  const names = Array.from({ length: reviewers }, (_, index) => `Reviewer${index + 1}`)
  const body = JSON.stringify(Object.fromEntries(names.map((name) => [name, 5])))
  const give = async (id: number): Promise<void> => {
    const url = `http://127.0.0.1:${port}/ratings/${id}`
    const { ok, status } = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(30_000) })
    if (!ok) throw new Error(`stars for product ${id} got status ${status}`)
  }
  for (let first = 0; first < ids.length; first += GIVEN_AT_ONCE)
    await Promise.all(ids.slice(first, first + GIVEN_AT_ONCE).map(give))
}
