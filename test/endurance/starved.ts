import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, table } from '../bench/bench.ts'
import { ask } from './ask.ts'
import { keepBusy } from './busy-core.ts'
import type { Findings, PartOptions } from './part.ts'
import { startService } from './service.ts'

const CORE = 0
/** Busy processes on the same core as the four services: these get a quarter of it when all are busy. */
const HOGS = 12
const PAGES = 60
const EVERY_MS = 250
const LIMIT_MS = 1_000

/** Opens pages while the services share a core with busy processes. */
export async function starve({ progress }: PartOptions): Promise<Findings> {
  await using stack = new AsyncDisposableStack()
  const start = async (name: 'details' | 'ratings' | 'reviews' | 'productpage', env: Record<string, string> = {}) =>
    stack.use(await startService(name, { env, core: CORE }))
  const ratings = await start('ratings')
  const details = await start('details')
  const reviews = await start('reviews', { ENABLE_RATINGS: 'true', RATINGS_HOSTNAME: `127.0.0.1:${ratings.port}` })
  const productpage = await start('productpage', {
    DETAILS_HOSTNAME: `127.0.0.1:${details.port}`,
    REVIEWS_HOSTNAME: `127.0.0.1:${reviews.port}`
  })
  const { port } = productpage
  const problems: string[] = []
  const rows: string[][] = []
  const figures: Record<string, unknown> = {}
  for (const hogs of [0, HOGS]) {
    progress.step(`starved: ${hogs} busy processes`)
    await using busy = new AsyncDisposableStack()
    busy.use(keepBusy(CORE, hogs))
    const pagesMs: number[] = []
    const probesMs: number[] = []
    const visit = async (path: string, times: number[]): Promise<void> => {
      const startMs = performance.now()
      const { status, body } = await ask(port, path)
      times.push(performance.now() - startMs)
      if (status !== 200 || body.includes('currently unavailable'))
        problems.push(`with ${hogs} busy processes ${path} got ${status}: ${body.slice(0, 200)}`)
    }
    const visits: Promise<void>[] = []
    for (let page = 0; page < PAGES; page += 1) {
      visits.push(visit('/productpage', pagesMs))
      if (page % 4 === 0) visits.push(visit('/livez', probesMs))
      await sleep(EVERY_MS)
    }
    await Promise.all(visits)
    const slowestProbe = Math.max(...probesMs)
    if (slowestProbe > LIMIT_MS) problems.push(`with ${hogs} busy processes a probe took ${slowestProbe.toFixed(0)} ms`)
    figures[hogs] = { pagesMs, probesMs }
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(pagesMs, share).toFixed(0))
    rows.push([String(hogs), String(PAGES), p50 ?? '', p99 ?? '', slowestProbe.toFixed(0)])
  }
  const text = table(['busy processes on the core', 'pages', 'p50 ms', 'p99 ms', 'slowest probe ms'], rows)
  return { text, figures, problems }
}
