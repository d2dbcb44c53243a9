import { table } from './bench.ts'
import { drawChart } from './chart.ts'
import { byDefault, tracedKept } from './contenders.ts'
import { readFor, warmUp, WARM_UP_SECONDS, type Target } from './load.ts'
import type { Progress } from './progress.ts'
import { cpuMsOf, startSuite, type Suite, type Surroundings } from './suite.ts'

const FLOOD_FACTORS = [0, 1, 3, 10, 30]
const REVIEWERS = [2, 10, 30, 100]
const PRODUCTS = [1, 10, 100, 1_000, 10_000]
const SAMPLED = [0, 0.01, 0.1, 0.5, 1]
const MS = 3_000
/** Of code that another point has warmed, but in another process. */
const SETTLE_MS = 8_000

export const GROWTH_SECONDS =
  WARM_UP_SECONDS + (FLOOD_FACTORS.length + SAMPLED.length) * 12 + (REVIEWERS.length + PRODUCTS.length) * 4 + 20

export interface GrowthFigures {
  /** What is counted along the axis, and whose CPU time it costs. */
  of: string
  /** Milliseconds of CPU time for each request. */
  points: { at: number; cpuMs: number }[]
}

/** Measures how the cost of a request grows with calls, reviewers, products and recorded requests. */
export async function measureGrowth(around: Surroundings & { progress: Progress }): Promise<GrowthFigures[]> {
  const { progress } = around
  progress.step('growth: start')
  await using suite = await startSuite(byDefault, around)
  await using traced = await startSuite(tracedKept, around)
  await warmUp(suite)
  const calls = await each(FLOOD_FACTORS, (factor) => {
    progress.step(`growth: ${factor} more calls for a page`)
    return ofProductpage(suite, { FLOOD_FACTOR: String(factor) })
  })
  const spans = await each(SAMPLED, (share) => {
    progress.step(`growth: ${share * 100} % of all requests recorded`)
    return ofProductpage(traced, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: String(share) })
  })
  const ratings = { port: suite.ports.ratings }
  const reviewers = await each(REVIEWERS, async (count) => {
    progress.step(`growth: ${count} reviewers`)
    await giveStars(ratings.port, 1, count)
    return measureCost(suite.pids.ratings, { ...ratings, path: '/ratings/1' })
  })
  const products = await each(PRODUCTS, async (count) => {
    progress.step(`growth: ${count} products`)
    for (let id = 1; id < count; id += 1) await giveStars(ratings.port, id, 2)
    return measureCost(suite.pids.ratings, { ...ratings, path: '/ratings/0' })
  })
  return [
    { of: 'calls of reviews for a page beside its own: productpage', points: calls },
    {
      of: 'percent of all requests with spans: productpage',
      points: spans.map((one) => ({ ...one, at: one.at * 100 }))
    },
    { of: 'reviewers of a product: ratings', points: reviewers },
    { of: 'products with stars: ratings', points: products }
  ]
}

export function describeGrowth(all: readonly GrowthFigures[]): string {
  const rows = all.flatMap(({ of, points }) => {
    const [first] = points
    return points.map(({ at, cpuMs }) => [of, String(at), cpuMs.toFixed(3), (cpuMs / (first?.cpuMs ?? NaN)).toFixed(2)])
  })
  return table(['cost grows with', 'number', 'CPU ms', '÷ first'], rows)
}

export function drawGrowth(all: readonly GrowthFigures[]): string {
  return drawChart({
    title: 'How the cost of a request grows',
    x: { title: 'number, and one', log: true },
    y: { title: 'CPU time, ÷ first', log: true },
    lines: all.map(({ of, points }) => ({
      name: of.split(':')[0] ?? of,
      points: points.map(({ at, cpuMs }) => [at + 1, cpuMs / (points[0]?.cpuMs ?? NaN)])
    }))
  })
}

async function each(
  numbers: readonly number[],
  measure: (at: number) => Promise<number>
): Promise<GrowthFigures['points']> {
  const points: GrowthFigures['points'] = []
  for (const at of numbers) points.push({ at, cpuMs: await measure(at) })
  return points
}

/** Of a further productpage with other settings. */
async function ofProductpage(suite: Suite, env: NodeJS.ProcessEnv): Promise<number> {
  await using productpage = await suite.another(env)
  await readFor(productpage, SETTLE_MS)
  return await measureCost(productpage.pid, productpage)
}

async function measureCost(pid: number, target: Target): Promise<number> {
  const before = cpuMsOf(pid)
  const { pages } = await readFor(target, MS)
  return (cpuMsOf(pid) - before) / pages
}

/** Gives a product the stars of so many reviewers. */
async function giveStars(port: number, id: number, reviewers: number): Promise<void> {
  const stars = Object.fromEntries(Array.from({ length: reviewers }, (_, index) => [`Reviewer${index + 1}`, 5]))
  const url = `http://127.0.0.1:${port}/ratings/${id}`
  const { ok, status } = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(stars),
    signal: AbortSignal.timeout(10_000)
  })
  if (!ok) throw new Error(`stars for product ${id} got status ${status}`)
}
