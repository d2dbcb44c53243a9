import { startCollector, type Collector } from './collector.ts'
import { startRatings } from './ratings.ts'
import { read } from './readers.ts'
import { startServer, type ServerUnderTest } from './server-under-test.ts'
import type { ConnectionUse, Variant } from './variants.ts'

export const READERS = 32
/** The first round is not counted: V8 compiles the code in it. */
const WARM_UP_MS = 8_000

export interface Rounds {
  count: number
  ms: number
  connections: ConnectionUse
  /** The core that the servers are pinned to; undefined if they are not. */
  core: number | undefined
}

/** The result of one variant in one round. */
export interface Sample {
  /** Microseconds of the server's CPU time for each answer, including the sending of spans. */
  cpu: number
  /** Answers per second. */
  rate: number
  /** Spans that arrived for each request with a recorded trace. */
  spans: number
}

/** Measures all variants in turn in each round, so that other load on the machine affects all of them. */
export async function runRounds(variants: readonly Variant[], rounds: Rounds): Promise<Map<Variant, Sample[]>> {
  const { count, ms, connections, core } = rounds
  await using stack = new AsyncDisposableStack()
  const ratings = stack.use(await startRatings())
  const collector = stack.use(await startCollector())
  const options = { ratingsPort: ratings.port, collector: collector.endpoint, connections, core }
  const servers = new Map<Variant, ServerUnderTest>()
  for (const variant of variants) servers.set(variant, stack.use(await startServer(variant, options)))
  for (const [variant, server] of servers) await measure(variant, server, collector, WARM_UP_MS)
  const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]))
  for (let round = 0; round < count; round += 1) {
    for (const [variant, server] of servers) {
      samples.get(variant)?.push(await measure(variant, server, collector, ms))
    }
  }
  return samples
}

async function measure(variant: Variant, server: ServerUnderTest, collector: Collector, ms: number): Promise<Sample> {
  const { port } = server
  const { spans, sampledShare } = variant
  const before = await server.cpuTime()
  const end = performance.now() + ms
  const enough = (): boolean => performance.now() >= end
  const { answers, sampled, seconds } = await read({ port, readers: READERS, sampledShare, enough })
  const arrived = spans > 0 ? await collector.take(sampled * spans) : []
  const after = await server.cpuTime()
  return { cpu: (after - before) / answers, rate: answers / seconds, spans: arrived.length / sampled }
}
