import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, table } from '../bench/bench.ts'
import { drawChart } from '../bench/chart.ts'
import { readAtOnce, readFor } from '../bench/load.ts'
import { cpuMsOf, memoryMibOf } from '../bench/suite.ts'
import { ask } from './ask.ts'
import type { Findings, PartOptions } from './part.ts'
import { startService } from './service.ts'

/** Calls for each page, so that one machine can send fifty times what productpage serves. */
const FLOOD_FACTOR = 30
const FACTORS = [1, 3, 10, 50]
const CAPACITY_MS = 4_000
const LOAD_MS = 4_000
const PROBE_EVERY_MS = 250
const LIMIT_MS = 1_000
/** Of the pages for each second of CPU time. */
const LEAST_SHARE = 0.9

interface Row {
  factor: number
  offered: number
  served: number
  refused: number
  /** Pages per CPU second of productpage, divided by those of a load that it can serve. */
  share: number
  refusedP99Ms: number
  slowestProbeMs: number
  mib: number
  recoveredMs: number
}

/** Sends productpage many times what it can serve, at a steady rate, whether or not answers come. */
export async function overload({ progress }: PartOptions): Promise<Findings> {
  await using stack = new AsyncDisposableStack()
  const details = stack.use(await startService('details'))
  const reviews = stack.use(await startService('reviews'))
  const env = {
    DETAILS_HOSTNAME: `127.0.0.1:${details.port}`,
    REVIEWS_HOSTNAME: `127.0.0.1:${reviews.port}`,
    FLOOD_FACTOR: String(FLOOD_FACTOR),
    // As many as productpage can serve within the two seconds for which others wait.
    MAX_REQUESTS_IN_FLIGHT: '16'
  }
  const productpage = stack.use(await startService('productpage', { env }))
  const { pid } = productpage
  const page = { port: productpage.port }
  progress.step('overload: capacity')
  await readAtOnce(page, 8, (asked) => asked >= 200)
  const before = cpuMsOf(pid)
  const { pages, seconds } = await readFor(page, CAPACITY_MS, 8)
  const perCpuSecond = (pages * 1000) / (cpuMsOf(pid) - before)
  const capacity = pages / seconds
  const problems: string[] = []
  const rows: Row[] = []
  for (const factor of FACTORS) {
    progress.step(`overload: ${factor} times`)
    const row = await flood(factor, { capacity, perCpuSecond, pid, port: productpage.port, problems })
    rows.push(row)
    const at = `at ${factor} times the capacity`
    if (factor > 1 && row.share < LEAST_SHARE)
      problems.push(`${at} a CPU second serves ${row.share.toFixed(2)} of the pages`)
    if (row.slowestProbeMs > LIMIT_MS) problems.push(`${at} a probe took ${row.slowestProbeMs.toFixed(0)} ms`)
    if (row.recoveredMs > LIMIT_MS)
      problems.push(`after ${factor} times the first page took ${row.recoveredMs.toFixed(0)} ms`)
  }
  problems.push(...productpage.errors)
  const text = [
    `Productpage serves ${capacity.toFixed(0)} pages a second, each with ${FLOOD_FACTOR} further calls.`,
    '',
    table(
      [
        'times',
        'offered/s',
        'pages/s',
        '503/s',
        'pages per CPU s ÷ capacity',
        '503 p99 ms',
        'slowest probe ms',
        'MiB',
        'first page after, ms'
      ],
      rows.map((row) => [
        String(row.factor),
        ...[row.offered, row.served, row.refused].map((number) => number.toFixed(0)),
        row.share.toFixed(2),
        ...[row.refusedP99Ms, row.slowestProbeMs, row.mib, row.recoveredMs].map((number) => number.toFixed(0))
      ])
    )
  ].join('\n')
  const picture = drawChart({
    title: 'Pages that are served when more are asked for',
    x: { title: 'requests, as a multiple of the capacity', log: true },
    y: { title: 'share of the capacity, and seconds' },
    lines: [
      { name: 'pages per CPU second', points: rows.map(({ factor, share }) => [factor, share] as const) },
      {
        name: 'slowest probe, s',
        points: rows.map(({ factor, slowestProbeMs }) => [factor, slowestProbeMs / 1000] as const)
      }
    ]
  })
  return { text, figures: { capacity, rows }, picture, problems }
}

interface Flood {
  capacity: number
  perCpuSecond: number
  pid: number
  port: number
  problems: string[]
}

async function flood(factor: number, { capacity, perCpuSecond, pid, port, problems }: Flood): Promise<Row> {
  const offered = capacity * factor
  const count = Math.round((offered * LOAD_MS) / 1000)
  const refusedMs: number[] = []
  const probesMs: number[] = []
  /** Pages that got something else, by what they got. */
  const lost = new Map<string, number>()
  let served = 0
  const over = new AbortController()
  const visit = async (): Promise<void> => {
    const startMs = performance.now()
    const { status, headers, body } = await ask(port)
    if (status === 200) served += 1
    else if (status === 503 && headers['retry-after'] !== undefined) refusedMs.push(performance.now() - startMs)
    else lost.set(body.slice(0, 100), (lost.get(body.slice(0, 100)) ?? 0) + 1)
  }
  const probe = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const startMs = performance.now()
      const { status } = await ask(port, '/livez')
      if (status !== 200) problems.push(`a probe got ${status}`)
      probesMs.push(performance.now() - startMs)
      await sleep(PROBE_EVERY_MS)
    }
  }
  const probing = probe()
  const before = cpuMsOf(pid)
  const startMs = performance.now()
  const visits: Promise<void>[] = []
  for (let index = 0; index < count; index += 1) {
    const earlyMs = startMs + (index * LOAD_MS) / count - performance.now()
    if (earlyMs > 0) await sleep(earlyMs)
    visits.push(visit())
  }
  const sentMs = performance.now() - startMs
  const atEnd = { served, refused: refusedMs.length, cpuMs: cpuMsOf(pid) - before }
  await Promise.all(visits)
  const calmMs = performance.now()
  await ask(port)
  const recoveredMs = performance.now() - calmMs
  over.abort()
  await probing
  for (const [reason, pages] of lost) problems.push(`at ${factor} times the capacity ${pages} pages got: ${reason}`)
  return {
    factor,
    offered: (count * 1000) / sentMs,
    served: (atEnd.served * 1000) / sentMs,
    refused: (atEnd.refused * 1000) / sentMs,
    share: (atEnd.served * 1000) / atEnd.cpuMs / perCpuSecond,
    refusedP99Ms: refusedMs.length === 0 ? 0 : quantile(refusedMs, 0.99),
    slowestProbeMs: Math.max(...probesMs),
    mib: memoryMibOf(pid),
    recoveredMs
  }
}
