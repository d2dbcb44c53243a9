import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, table } from '../bench/bench.ts'
import { drawChart } from '../bench/chart.ts'
import { readFor, WARM_UP_SECONDS } from '../bench/load.ts'
import { cpuMsOf, memoryMibOf } from '../bench/suite.ts'
import { ask } from './ask.ts'
import { keepBusy } from './busy-core.ts'
import type { Findings, PartOptions } from './part.ts'
import { startService } from './service.ts'

/** Further calls for each page, as in the original's image for this. */
const FLOOD_FACTOR = 100
/** Pages that are served at once, in the flood as for the capacity: each of sixteen at once takes 1.5 times the CPU time of one. */
const IN_FLIGHT = 8
/** Busy processes on productpage's core leave it a quarter, so that one other core can ask for fifty times what it serves. */
const HOGS = 3
const CORE = 1
const OTHER_CORE = 0
const LOADS: readonly Load[] = [
  { factor: 1, connections: 'fresh' },
  { factor: 3, connections: 'fresh' },
  { factor: 10, connections: 'fresh' },
  { factor: 50, connections: 'fresh' },
  { factor: 1, connections: 'kept' },
  { factor: 10, connections: 'kept' },
  { factor: 50, connections: 'kept' }
]
const CAPACITY_MS = 4_000
const LOAD_MS = 4_000
const PROBE_EVERY_MS = 250
const LIMIT_MS = 1_000
/** Of the pages for each second of CPU time, up to this factor. Beyond it refusals alone take more time than there is. */
const LEAST_SHARE = 0.7
const GREATEST_FACTOR = 10

interface Load {
  factor: number
  connections: 'fresh' | 'kept'
}

interface Row extends Load {
  offered: number
  served: number
  refused: number
  /** Pages per CPU second of productpage, divided by those of a load that it can serve. */
  share: number
  refusedP50Ms: number
  refusedP99Ms: number
  slowestProbeMs: number
  mib: number
  recoveredMs: number
}

/** Sends productpage many times what it can serve, at a steady rate, whether or not answers come. */
export async function overload({ progress }: PartOptions): Promise<Findings> {
  await using stack = new AsyncDisposableStack()
  const details = stack.use(await startService('details', { core: OTHER_CORE }))
  const reviews = stack.use(await startService('reviews', { core: OTHER_CORE }))
  const env = {
    DETAILS_HOSTNAME: `127.0.0.1:${details.port}`,
    REVIEWS_HOSTNAME: `127.0.0.1:${reviews.port}`,
    FLOOD_FACTOR: String(FLOOD_FACTOR),
    MAX_REQUESTS_IN_FLIGHT: String(IN_FLIGHT)
  }
  const productpage = stack.use(await startService('productpage', { env, core: CORE }))
  stack.use(keepBusy(CORE, HOGS))
  const { pid } = productpage
  const page = { port: productpage.port }
  progress.step('overload: capacity')
  await readFor(page, WARM_UP_SECONDS * 1000, IN_FLIGHT)
  const before = cpuMsOf(pid)
  const { pages, seconds } = await readFor(page, CAPACITY_MS, IN_FLIGHT)
  const perCpuSecond = (pages * 1000) / (cpuMsOf(pid) - before)
  const capacity = pages / seconds
  const problems: string[] = []
  const rows: Row[] = []
  for (const load of LOADS) {
    const { factor, connections } = load
    progress.step(`overload: ${factor} times, ${connections} connections`)
    const row = await flood(load, { capacity, perCpuSecond, pid, port: productpage.port, problems })
    rows.push(row)
    const at = `at ${factor} times the capacity, with ${connections} connections,`
    if (row.recoveredMs > LIMIT_MS) problems.push(`${at} the first page after it took ${row.recoveredMs.toFixed(0)} ms`)
    if (factor > GREATEST_FACTOR) continue
    if (row.share < LEAST_SHARE) problems.push(`${at} a CPU second serves ${row.share.toFixed(2)} of the pages`)
    if (row.slowestProbeMs > LIMIT_MS) problems.push(`${at} a probe took ${row.slowestProbeMs.toFixed(0)} ms`)
  }
  problems.push(...productpage.errors)
  const text = [
    `Productpage serves ${capacity.toFixed(0)} pages a second, each with ${FLOOD_FACTOR} further calls.`,
    '',
    table(
      [
        'times',
        'connections',
        'offered/s',
        'pages/s',
        '503/s',
        'pages per CPU s ÷ capacity',
        '503 p50 ms',
        '503 p99 ms',
        'slowest probe ms',
        'MiB',
        'first page after, ms'
      ],
      rows.map((row) => [
        String(row.factor),
        row.connections,
        ...[row.offered, row.served, row.refused].map((number) => number.toFixed(0)),
        row.share.toFixed(2),
        ...[row.refusedP50Ms, row.refusedP99Ms, row.slowestProbeMs, row.mib, row.recoveredMs].map((number) =>
          number.toFixed(0)
        )
      ])
    )
  ].join('\n')
  const fresh = rows.filter(({ connections }) => connections === 'fresh')
  const picture = drawChart({
    title: 'Pages that are served when more are asked for',
    x: { title: 'requests, as a multiple of the capacity', log: true },
    y: { title: 'share of the capacity, and seconds' },
    lines: [
      { name: 'pages per CPU second', points: fresh.map(({ factor, share }) => [factor, share] as const) },
      {
        name: 'slowest probe, s',
        points: fresh.map(({ factor, slowestProbeMs }) => [factor, slowestProbeMs / 1000] as const)
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

async function flood(
  { factor, connections }: Load,
  { capacity, perCpuSecond, pid, port, problems }: Flood
): Promise<Row> {
  const offered = capacity * factor
  const count = Math.round((offered * LOAD_MS) / 1000)
  const refusedMs: number[] = []
  const probesMs: number[] = []
  /** Pages that got something else, by what they got. */
  const lost = new Map<string, number>()
  const agent = connections === 'kept' && new Agent({ keepAlive: true })
  let served = 0
  const over = new AbortController()
  const visit = async (): Promise<void> => {
    const startMs = performance.now()
    const { status, headers, body } = await ask(port, '/productpage', agent)
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
  if (agent) agent.destroy()
  for (const [reason, pages] of lost) problems.push(`at ${factor} times the capacity ${pages} pages got: ${reason}`)
  return {
    factor,
    connections,
    offered: (count * 1000) / sentMs,
    served: (atEnd.served * 1000) / sentMs,
    refused: (atEnd.refused * 1000) / sentMs,
    share: (atEnd.served * 1000) / atEnd.cpuMs / perCpuSecond,
    refusedP50Ms: refusedMs.length === 0 ? 0 : quantile(refusedMs, 0.5),
    refusedP99Ms: refusedMs.length === 0 ? 0 : quantile(refusedMs, 0.99),
    slowestProbeMs: Math.max(...probesMs),
    mib: memoryMibOf(pid),
    recoveredMs
  }
}
