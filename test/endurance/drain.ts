import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sum, table } from '../bench/bench.ts'
import type { ServiceName } from '../bench/suite.ts'
import type { Findings, PartOptions } from './part.ts'
import { startService, type Service } from './service.ts'
import { startSpanCounter, type SpanCounter } from './span-counter.ts'

const paths = {
  productpage: '/productpage',
  details: '/details/0',
  reviews: '/reviews/0',
  ratings: '/ratings/0'
} as const satisfies Record<ServiceName, string>
const services = ['productpage', 'details', 'reviews', 'ratings'] as const

/** Milliseconds of load before the stop, and until the callers have left. */
const LOAD_MS = 150
const LEAVE_MS = 200
/** SHUTDOWN_DELAY_MS is much longer: on a busy machine the callers are late to leave. */
const DELAY_MS = 2_000
const PIPELINED = 4
const PATIENCE_MS = 20_000

/** How callers use their connections. */
const callers = {
  kept: { version: '1.1', atOnce: 1, headers: '' },
  fresh: { version: '1.1', atOnce: 1, headers: 'connection: close\r\n' },
  'HTTP/1.0': { version: '1.0', atOnce: 1, headers: '' },
  pipelined: { version: '1.1', atOnce: PIPELINED, headers: '' }
} as const
type Caller = (typeof callers)[keyof typeof callers]

interface Count {
  sent: number
  answered: number
  logged: number
  spans: number
  badExits: number
}

/** Stops each service many times under load, and counts what callers lose that leave within the delay. */
export async function drain({ stops, progress }: PartOptions): Promise<Findings> {
  await using counter = await startSpanCounter()
  await using upstreams = new AsyncDisposableStack()
  const start = async (name: ServiceName, env: Record<string, string> = {}): Promise<Service> =>
    upstreams.use(await startService(name, { env }))
  const ratings = await start('ratings')
  const details = await start('details')
  const ofRatings = { ENABLE_RATINGS: 'true', RATINGS_HOSTNAME: `127.0.0.1:${ratings.port}` }
  const reviews = await start('reviews', ofRatings)
  const env = {
    ...ofRatings,
    DETAILS_HOSTNAME: `127.0.0.1:${details.port}`,
    REVIEWS_HOSTNAME: `127.0.0.1:${reviews.port}`,
    SHUTDOWN_DELAY_MS: String(DELAY_MS),
    OTEL_EXPORTER_OTLP_ENDPOINT: counter.endpoint
  }
  const problems: string[] = []
  const rows: [ServiceName, Count][] = []
  for (const name of services) {
    const count = { sent: 0, answered: 0, logged: 0, spans: 0, badExits: 0 }
    for (let stop = 1; stop <= stops; stop += 1) {
      progress.step(`stop ${stop} of ${stops}: ${name}`)
      await stopUnderLoad(name, { env, count, counter, problems })
    }
    rows.push([name, count])
    const { sent, answered, logged, spans, badExits } = count
    if (sent !== answered) problems.push(`${name} left ${sent - answered} of ${sent} requests without an answer`)
    if (logged !== sent) problems.push(`${name} logged ${logged} of ${sent} requests`)
    if (spans !== sent) problems.push(`${name} sent ${spans} spans of ${sent} requests`)
    if (badExits > 0) problems.push(`${name} ended ${badExits} times with another status than 0`)
  }
  const text = table(
    ['service', 'stops', 'requests', 'answered', 'in the log', 'spans'],
    rows.map(([name, { sent, answered, logged, spans }]) => [
      name,
      ...[stops, sent, answered, logged, spans].map(String)
    ])
  )
  return { text, figures: Object.fromEntries(rows), problems }
}

interface Stopping {
  env: Record<string, string>
  count: Count
  counter: SpanCounter
  problems: string[]
}

async function stopUnderLoad(name: ServiceName, { env, count, counter, problems }: Stopping): Promise<void> {
  const spansBefore = sumOf(counter)
  await using service = await startService(name, { env })
  const over = new AbortController()
  const call = async (how: string, caller: Caller): Promise<void> => {
    while (!over.signal.aborted) {
      count.sent += caller.atOnce
      const answers = await converse(service.port, paths[name], caller)
      count.answered += answers
      if (answers < caller.atOnce) problems.push(`${name}: ${how}: ${answers} answers to ${caller.atOnce} requests`)
    }
  }
  const calls = Object.entries(callers).map(([how, caller]) => call(how, caller))
  await sleep(LOAD_MS)
  const ended = service.stop()
  await sleep(LEAVE_MS)
  over.abort()
  await Promise.all(calls)
  if ((await ended) !== 0) count.badExits += 1
  count.logged += service.requests
  count.spans += sumOf(counter) - spansBefore
  problems.push(...service.errors.map((line) => `${name} logged ${line}`))
}

function sumOf({ served }: SpanCounter): number {
  return sum([...served.values()])
}

/** Sends requests on a connection of their own, all at once. @returns the complete answers of status 200 */
function converse(port: number, path: string, { version, atOnce, headers }: Caller): Promise<number> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect({ port, host: '127.0.0.1', timeout: PATIENCE_MS })
    const finish = (): void => {
      socket.destroy()
      resolve(countAnswers(received))
    }
    socket.setEncoding('latin1').on('data', (text: string) => {
      received += text
      if (countAnswers(received) === atOnce) finish()
    })
    socket.on('error', finish).on('timeout', finish).on('close', finish)
    socket.write(`GET ${path} HTTP/${version}\r\nhost: t\r\n${headers}\r\n`.repeat(atOnce))
  })
}

function countAnswers(received: string): number {
  let answers = 0
  let rest = received
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n') + 4
    const [, length] = /\r\ncontent-length: ([0-9]+)/.exec(rest.slice(0, headEnd)) ?? []
    if (headEnd < 4 || !rest.startsWith('HTTP/1.1 200 ') || length === undefined) return answers
    if (rest.length < headEnd + Number(length)) return answers
    answers += 1
    rest = rest.slice(headEnd + Number(length))
  }
}
