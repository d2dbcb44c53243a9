import { setTimeout as sleep } from 'node:timers/promises'
import { quantile, sum, table } from '../bench/bench.ts'
import { drawChart, type Line } from '../bench/chart.ts'
import { memoryMibOf } from '../bench/suite.ts'
import { startFaultyProxy } from './faulty-proxy.ts'
import type { Findings, PartOptions } from './part.ts'
import { createReader } from './reader.ts'
import { startService, type Service } from './service.ts'
import { startSpanCounter } from './span-counter.ts'

const READERS = 8
const KILL_EVERY_MS = 10_000
const SAMPLE_EVERY_MS = 2_000
/** Milliseconds for which spans may wait in a process that is killed. */
const EXPORT_DELAY_MS = 500
/** A trace that began so long before a kill may lack spans: it waits for the export, and its page took some time. */
const LOST_BEFORE_MS = EXPORT_DELAY_MS + 8_000
/** MiB and handles that a process may have more at the end than in the middle. */
const MORE_MIB = 16
const MORE_HANDLES = 30

const secret = { SESSION_SECRET: 'not a secret, but for a test of endurance' }

/**
 * Opens pages and gives stars with every request recorded. Details, reviews v3 and ratings are killed in turn, and calls to details
 * and ratings fail in all the ways that a network has. Productpage and reviews v1 and v2 live through it all.
 */
export async function soak({ pages, progress }: PartOptions): Promise<Findings> {
  await using counter = await startSpanCounter()
  await using stack = new AsyncDisposableStack()
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: counter.endpoint, OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS) }
  const problems: string[] = []

  const ratings = await startKillable('ratings', traced)
  const ratingsProxy = stack.use(await startFaultyProxy(ratings.port))
  const rated = { ...traced, ENABLE_RATINGS: 'true', RATINGS_HOSTNAME: `127.0.0.1:${ratingsProxy.port}` }
  const details = await startKillable('details', traced)
  const detailsProxy = stack.use(await startFaultyProxy(details.port))
  const reviews1 = stack.use(await startService('reviews', { env: traced }))
  const reviews2 = stack.use(await startService('reviews', { env: { ...rated, SERVICE_VERSION: 'v2' } }))
  const reviews3 = await startKillable('reviews', { ...rated, SERVICE_VERSION: 'v3', STAR_COLOR: 'red' })
  const productpage = stack.use(
    await startService('productpage', {
      env: {
        ...traced,
        ...secret,
        DETAILS_HOSTNAME: `127.0.0.1:${detailsProxy.port}`,
        REVIEWS_HOSTNAME: [reviews1, reviews2, reviews3].map(({ port }) => `127.0.0.1:${port}`).join(','),
        RATINGS_HOSTNAME: `127.0.0.1:${ratings.port}`
      }
    })
  )
  const lasting = { 'productpage v1': productpage, 'reviews v1': reviews1, 'reviews v2': reviews2 }
  const killable = [details, reviews3, ratings]
  for (const one of killable) stack.defer(() => one.current.kill())

  const reader = createReader(productpage.port)
  const samples: { second: number; mib: Record<string, number>; handles: Record<string, number> }[] = []
  const killsMs: number[] = []
  const startMs = performance.now()
  const over = new AbortController()
  const measure = (): void => {
    const second = (performance.now() - startMs) / 1000
    const each = (read: (service: Service) => number) =>
      Object.fromEntries(Object.entries(lasting).map(([name, service]) => [name, read(service)]))
    samples.push({ second, mib: each(({ pid }) => memoryMibOf(pid)), handles: each((service) => service.handles()) })
  }
  const repeat = async (everyMs: number, act: (turn: number) => unknown): Promise<void> => {
    for (let turn = 0; !over.signal.aborted; turn += 1) {
      const dueMs = performance.now() + everyMs
      while (!over.signal.aborted && performance.now() < dueMs) await sleep(100)
      if (!over.signal.aborted) await act(turn)
    }
  }
  const background = [
    repeat(SAMPLE_EVERY_MS, () => {
      measure()
      counter.settle()
      progress.step(`soak: ${reader.asked} of ${pages} pages, ${killsMs.length} kills`)
    }),
    repeat(KILL_EVERY_MS, async (turn) => {
      killsMs.push(Date.now())
      await killable[turn % killable.length]?.replace()
    }),
    repeat(1_000, (turn) => [detailsProxy, ratingsProxy][turn % 2]?.nextFault())
  ]
  await Promise.all(
    Array.from({ length: READERS }, async (_, number) => {
      while (reader.asked < pages) await (number === 0 ? reader.giveStars() : reader.openPage())
    })
  )
  over.abort()
  await Promise.all(background)
  await reader.close()
  measure()
  for (const [name, service] of Object.entries(lasting)) {
    if ((await service.stop()) !== 0) problems.push(`${name} did not end with status 0`)
  }
  // They may still have spans to send.
  for (const { current } of killable) await current.stop()
  counter.settle(true)

  const { answers, missingParts } = reader
  problems.push(...reader.problems)
  const sent = sum(Object.values(answers))
  const equal: Record<string, number> = {
    'productpage v1': sent,
    'reviews v1': reviews1.requests,
    'reviews v2': reviews2.requests
  }
  const rows = Object.entries(lasting).map(([name, service]) => {
    const spans = counter.served.get(name) ?? 0
    if (spans !== equal[name] || service.requests !== equal[name])
      problems.push(`${name}: ${equal[name]} requests, ${service.requests} log lines and ${spans} spans`)
    problems.push(...service.errors.map((line) => `${name} logged ${line}`))
    const middle = samples.slice(Math.floor(samples.length / 3), Math.ceil((samples.length * 2) / 3))
    const last = samples.slice(Math.floor((samples.length * 2) / 3))
    const median = (some: typeof samples, kind: 'mib' | 'handles') =>
      quantile(
        some.map((one) => one[kind][name] ?? 0),
        0.5
      )
    const [mib, mibLast] = [median(middle, 'mib'), median(last, 'mib')]
    const [handles, handlesLast] = [median(middle, 'handles'), median(last, 'handles')]
    if (mibLast > mib * 1.15 + MORE_MIB) problems.push(`the memory of ${name} grew from ${mib} to ${mibLast} MiB`)
    if (handlesLast > handles + MORE_HANDLES)
      problems.push(`${name} had ${handles} handles, and at the end ${handlesLast}`)
    return [
      name,
      ...[service.requests, spans].map(String),
      mib.toFixed(0),
      mibLast.toFixed(0),
      ...[handles, handlesLast].map(String)
    ]
  })
  const unexplained = counter.brokenMs.filter(
    (beganMs) => !killsMs.some((killMs) => beganMs > killMs - LOST_BEFORE_MS && beganMs < killMs + EXPORT_DELAY_MS)
  )
  if (unexplained.length > 0) {
    const afterKill = unexplained.map((ms) => Math.min(...killsMs.map((kill) => (kill < ms ? ms - kill : Infinity))))
    const [least, most] = [0, 1].map((share) => quantile(afterKill, share).toFixed(0))
    problems.push(`${unexplained.length} traces lack spans, and began ${least} to ${most} ms after a kill`)
  }
  const broken = counter.brokenMs.length
  const figures = {
    answers,
    missingParts,
    kills: killsMs.length,
    traces: counter.traces,
    broken,
    unexplained,
    killsMs,
    samples
  }
  const text = [
    `${sent} requests in ${((performance.now() - startMs) / 1000).toFixed(0)} s: ${JSON.stringify(answers)}; ${missingParts} pages lack a part`,
    `${killsMs.length} processes killed; ${counter.traces} traces, ${broken} lack spans, ${broken - unexplained.length} of them at a kill`,
    '',
    table(['process', 'log lines', 'spans', 'MiB, middle', 'MiB, end', 'handles, middle', 'end'], rows)
  ].join('\n')
  const lines: Line[] = Object.keys(lasting).flatMap((name) => [
    { name: `${name}, MiB`, points: samples.map(({ second, mib }) => [second, mib[name] ?? 0] as const) },
    { name: `${name}, handles`, points: samples.map(({ second, handles }) => [second, handles[name] ?? 0] as const) }
  ])
  const picture = drawChart({
    title: `${pages} pages while services are killed and calls fail`,
    x: { title: 'seconds' },
    y: { title: 'memory in MiB; open files and sockets' },
    lines
  })
  return { text, figures, picture, problems }
}

/** A service that can be killed, and starts again on the same port. */
async function startKillable(name: 'ratings' | 'details' | 'reviews', env: Record<string, string>) {
  const first = await startService(name, { env })
  const killable = {
    current: first,
    port: first.port,
    async replace() {
      await killable.current.kill()
      killable.current = await startService(name, { env, port: first.port })
    }
  }
  return killable
}
