import { stop, untilStopped } from '@bookinfo/cli'
import { readFile } from 'node:fs/promises'
import { Agent, get, type RequestOptions } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Runtime, Started } from './runtime.ts'

/** The figures of one run. */
export interface Run {
  startMs: number
  memoryBytes: number
  latenciesMs: number[]
  stopMs: number
}

const PATH = '/details/0'
const WARM_UP = 500
const REQUESTS = 2_000
const POLL_MS = 10
const PATIENCE_MS = 300_000

/** @throws Stopped after a stop signal, when all that was started has ended */
export async function measureRun(runtime: Runtime): Promise<Run> {
  const begin = performance.now()
  await using started = await runtime.start()
  const stopped = untilStopped().then((): never => {
    throw stop.reason
  })
  return await Promise.race([measure(started, begin), stopped])
}

async function measure(started: Started, begin: number): Promise<Run> {
  await untilAnswered(started.origin)
  const startMs = performance.now() - begin
  await started.settled?.()

  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const latencies: number[] = []
  for (let request = 0; request < WARM_UP + REQUESTS; request += 1)
    latencies.push(await timeRequest(started.origin, agent))
  agent.destroy()
  const memoryBytes = await memoryOf(started)
  return { startMs, memoryBytes, latenciesMs: latencies.slice(WARM_UP), stopMs: await timeStop(started) }
}

/** Measures the stop while a client keeps its connection open, as the proxies of a mesh do. */
async function timeStop(started: Started): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  await timeRequest(started.origin, agent)
  const begin = performance.now()
  await started.stop()
  const stopMs = performance.now() - begin
  agent.destroy()
  return stopMs
}

async function untilAnswered(origin: string): Promise<void> {
  const begin = performance.now()
  for (;;) {
    stop.throwIfAborted()
    if ((await ask(origin, { agent: false })) === 200) return
    if (performance.now() - begin > PATIENCE_MS) throw new Error(`${origin} does not answer`)
    await sleep(POLL_MS)
  }
}

async function timeRequest(origin: string, agent: Agent): Promise<number> {
  const begin = performance.now()
  const status = await ask(origin, { agent })
  if (status !== 200) throw new Error(`${origin} answered ${status}`)
  return performance.now() - begin
}

/** @returns the status after the whole answer; 0 without an answer */
function ask(origin: string, options: RequestOptions): Promise<number> {
  return new Promise((resolve) => {
    const request = get(`${origin}${PATH}`, { timeout: 5_000, ...options }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(0))
  })
}

/** Sums the proportional shares (PSS), so that memory shared by several processes counts once. */
async function memoryOf(started: Started): Promise<number> {
  let bytes = 0
  for (const pid of await started.pids()) {
    const [, kilobytes = '0'] = /^Pss: +(\d+) kB$/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    bytes += Number(kilobytes) * 1024
  }
  return bytes
}
