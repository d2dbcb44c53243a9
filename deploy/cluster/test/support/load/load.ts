// Runs in a pod: sends requests at a steady rate, whether or not answers come, and never repeats one. Every second request is on a
// connection of its own, the others on kept ones. If it is to count spans, it takes Jaeger's place, and each request begins a trace.
// SIGTERM ends it, with one line that says what came back.
import { randomBytes } from 'node:crypto'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { collectTraces, type Answered } from './traces.ts'

const { origin, paths, ratePerSecond, countsSpans } = readOptions()
const TIMEOUT_MS = 15_000
const TICK_MS = 5
/** How long a span may take: services and sidecars gather them for five seconds. */
const SPANS_MS = 20_000
/** Requests that must leave whole traces before any is counted, so that each pod sends its spans here. */
const WARMING = 40

const kept = new Agent({ keepAlive: true })
const running = new Set<Promise<void>>()
const failures: string[] = []
const latenciesMs: number[] = []
const answered = new Map<string, Answered>()
/** Ids of traces whose spans are awaited. */
const own = new Set<string>()
const traces = countsSpans ? collectTraces((traceId) => own.has(traceId)) : undefined

/** The services that have served a request. A version of reviews without stars calls no ratings. */
function servicesOf(path: string, body: string): string[] {
  if (path.endsWith('/reviews')) return ['productpage', 'reviews', ...(body.includes('"stars"') ? ['ratings'] : [])]
  if (path.endsWith('/ratings')) return ['productpage', 'ratings']
  if (path.startsWith('/api')) return ['productpage', 'details']
  return ['productpage', 'details', 'reviews', ...(body.includes('glyphicon-star') ? ['ratings'] : [])]
}

/** @param count the number of the request, which decides the path and the kind of connection */
function ask(count: number): Promise<void> {
  const path = paths[count % paths.length] ?? '/'
  const agent = Math.floor(count / paths.length) % 2 === 0 ? false : kept
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  const headers = traces ? { traceparent: `00-${traceId}-${spanId}-01` } : {}
  if (traces) own.add(traceId)
  const started = performance.now()
  return new Promise((resolve) => {
    const end = (failure?: string) => {
      latenciesMs.push(performance.now() - started)
      if (failure !== undefined)
        failures.push(`${new Date().toISOString()} ${path} ${agent ? 'kept' : 'new'}: ${failure}`)
      resolve()
    }
    const request = get(`${origin}${path}`, { agent, headers, timeout: TIMEOUT_MS }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('error', (error) => end(error.message))
      response.on('end', () => {
        const [missing] = /[^<>]*currently unavailable[^<>]*/.exec(body) ?? []
        if (response.statusCode !== 200 || missing !== undefined) return end(missing ?? `status ${response.statusCode}`)
        answered.set(traceId, { traceId, spanId, services: servicesOf(path, body) })
        end()
      })
    })
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) => end(error.message))
  })
}

/** Forgets the answered requests whose traces are whole. */
function forgetWhole(): void {
  for (const request of answered.values()) {
    if (traces && traces.missingIn(request) !== undefined) continue
    answered.delete(request.traceId)
    own.delete(request.traceId)
    traces?.forget(request.traceId)
  }
}

/** Waits until the traces of all answered requests are whole. @returns what is missing in those that are not */
async function settleTraces(): Promise<string[]> {
  const since = performance.now()
  for (forgetWhole(); answered.size > 0 && performance.now() - since < SPANS_MS; forgetWhole()) await sleep(250)
  return [...answered.values()].map((request) => `${request.traceId}: no ${traces?.missingIn(request)}`)
}

async function warmUp(): Promise<void> {
  let left: string[]
  do {
    answered.clear()
    for (let count = 0; count < WARMING; count += 1) await ask(count)
    left = await settleTraces()
    process.stdout.write(`${left.length} of ${WARMING} traces are not whole yet\n`)
  } while (left.length > 0)
  own.clear()
  latenciesMs.length = 0
  failures.length = 0
}

if (traces) await warmUp()
process.stdout.write('started\n')

const spansBefore = traces?.spans ?? 0
const started = performance.now()
let sent = 0
const forgetting = setInterval(forgetWhole, 5_000)
const timer = setInterval(() => {
  const due = ((performance.now() - started) / 1000) * ratePerSecond * paths.length
  for (; sent < due; sent += 1) {
    const one = ask(sent)
    running.add(one)
    void one.finally(() => running.delete(one))
  }
}, TICK_MS)

process.once('SIGTERM', async () => {
  clearInterval(timer)
  clearInterval(forgetting)
  await Promise.all(running)
  const lost = await settleTraces()
  const spans = (traces?.spans ?? 0) - spansBefore
  const sorted = latenciesMs.toSorted((one, other) => one - other)
  const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0)
  process.stdout.write(`${JSON.stringify({ sent, failures, spans, lost, p50Ms: at(0.5), p99Ms: at(0.99) })}\n`)
  process.exit()
})

interface Options {
  origin: string
  /** Asked for in turn. */
  paths: string[]
  /** Of each path. */
  ratePerSecond: number
  countsSpans: boolean
}

function readOptions(): Options {
  const options: Options = JSON.parse(process.argv[2] ?? '')
  return options
}
