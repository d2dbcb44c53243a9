import { expect, test } from 'vitest'
import { startCollector } from './collector.ts'
import { startRatings } from './ratings.ts'
import { callerSpanId, read } from './readers.ts'
import { startServer } from './server-under-test.ts'
import { floor, variants, type ConnectionUse, type Variant } from './variants.ts'

const REQUESTS = 20

const scenes: (Variant & { connections: ConnectionUse })[] = [
  ...variants.map((variant) => ({ ...variant, connections: 'renewed' as const })),
  { ...floor, connections: 'per-request' }
]

test.each(scenes)('$name, $connections: answers rightly, and its spans arrive', async ({ connections, ...variant }) => {
  await using ratings = await startRatings()
  await using collector = await startCollector()
  const options = { ratingsPort: ratings.port, collector: collector.endpoint, connections, core: undefined }
  await using server = await startServer(variant, options)
  const before = { cpuTime: await server.cpuTime(), logLines: server.logLines() }
  const enough = (asked: number): boolean => asked >= REQUESTS
  const { sampledShare } = variant
  const { answers, sampled } = await read({ port: server.port, readers: 4, sampledShare, enough })
  expect({ answers, sampled }).toEqual({ answers: REQUESTS, sampled: REQUESTS * sampledShare })
  expect(await server.cpuTime()).toBeGreaterThan(before.cpuTime)

  const spans = await collector.take(sampled * variant.spans)
  expect(spans.length).toBe(sampled * variant.spans)
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const every = REQUESTS / sampled
  const callers = Array.from({ length: sampled }, (_, i) => callerSpanId((i + 1) * every))
  const parents = spans.map(({ parentId = '' }) => parentId).filter((id) => !ids.has(id))
  expect(parents.toSorted()).toEqual(variant.spans > 0 ? callers.toSorted() : [])

  const expectedLines = variant.program === 'reviews' ? REQUESTS : 0
  await expect.poll(() => server.logLines() - before.logLines).toBe(expectedLines)
})
