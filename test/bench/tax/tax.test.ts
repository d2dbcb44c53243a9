import { expect, test } from 'vitest'
import { startCollector } from './collector.ts'
import { startRatings } from './ratings.ts'
import { callerSpanId, read } from './readers.ts'
import { startServer } from './server-under-test.ts'
import { floor, variants, type ConnectionUse, type Variant } from './variants.ts'

const REQUESTS = 20

const scenes: (Variant & { connections: ConnectionUse })[] = [
  ...variants.map((variant) => ({ ...variant, connections: 'per-request' as const })),
  { ...floor, connections: 'keep-alive' }
]

test.each(scenes)('$name, $connections: answers rightly, and its spans arrive', async ({ connections, ...variant }) => {
  await using ratings = await startRatings()
  await using collector = await startCollector()
  const options = { ratingsPort: ratings.port, collector: collector.endpoint, connections, core: undefined }
  await using server = await startServer(variant, options)
  const before = await server.cpuTime()
  const enough = (asked: number): boolean => asked >= REQUESTS
  const { sampledShare } = variant
  const { answers, sampled } = await read({ port: server.port, readers: 4, sampledShare, enough })
  expect({ answers, sampled }).toEqual({ answers: REQUESTS, sampled: REQUESTS * sampledShare })
  expect(await server.cpuTime()).toBeGreaterThan(before)

  const spans = await collector.take(sampled * variant.spans)
  expect(spans.length).toBe(sampled * variant.spans)
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const every = REQUESTS / sampled
  const callers = Array.from({ length: sampled }, (_, i) => callerSpanId((i + 1) * every))
  const parents = spans.map(({ parentId = '' }) => parentId).filter((id) => !ids.has(id))
  expect(parents.toSorted()).toEqual(variant.spans > 0 ? callers.toSorted() : [])

  await expect.poll(() => server.logLines()).toBe(logLinesOf(variant))
})

/** A service says of each request that it is completed, and first of itself where and that it listens, and where spans go. */
function logLinesOf({ program, spans, instrumented }: Variant): number {
  if (program === 'floor') return 1
  const makesSpansItself = spans > 0 && instrumented !== true
  return REQUESTS + (makesSpansItself ? 3 : 2)
}
