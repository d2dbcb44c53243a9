import { respond, startTinyServer, type SeenRequest } from '@bookinfo/service-kit/testing'
import { createRecordedTracing, type RecordedTracing } from '@bookinfo/tracing/testing'
import { expect, test } from 'vitest'
import { addressOf, reviewsVersions, startReviews, type Env } from '../support/index.ts'

const SPAN = 'b7ad6b7169203331'

const ratings = respond(200, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } })

test('each of 200 calls at once, through 8 connections, carries one traceparent, that of its own request', async () => {
  const READERS = 200
  const CONNECTIONS = 8
  const tracing = createRecordedTracing('reviews')
  await using upstream = await startTinyServer(ratings)
  {
    // Kept-alive connections are handed from call to call: that is where contexts got mixed up in undici.
    const env = { UPSTREAM_CONNECTIONS: 'keep-alive' }
    await using reviews = await startTracedReviews(tracing, upstream.port, env, CONNECTIONS)
    const ask = async (reader: number): Promise<void> => {
      const traceparent = `00-${reader.toString(16).padStart(32, '0')}-${SPAN}-01`
      await (await fetch(`${reviews.origin}/reviews/${reader}`, { headers: { traceparent } })).text()
    }
    await Promise.all(Array.from({ length: READERS }, (_, index) => ask(index + 1)))
  }
  expect(upstream.seen.length).toBe(READERS)
  expect(new Set(upstream.seen.map(({ remotePort }) => remotePort)).size).toBeLessThanOrEqual(CONNECTIONS)
  for (const seen of upstream.seen) {
    expect(seen.headers.filter(([name]) => name === 'traceparent').length).toBe(1)
    const reader = Number(seen.url.split('/').at(-1))
    expect(traceIdIn(seen)).toBe(reader.toString(16).padStart(32, '0'))
  }
  const clients = new Map(tracing.spans().map((span) => [span.spanContext().spanId, span]))
  for (const seen of upstream.seen) {
    const call = clients.get(headerOf(seen, 'traceparent')?.split('-')[2] ?? '')
    expect(call?.attributes['url.full']).toBe(`http://127.0.0.1:${upstream.port}${seen.url}`)
  }
})

function startTracedReviews(tracing: RecordedTracing, ratingsPort: number, env: Env = {}, maxConnections?: number) {
  const deps = { tracing, ...(maxConnections !== undefined && { maxConnections }) }
  return startReviews({ ...reviewsVersions.v2, ...addressOf('ratings', ratingsPort), ...env }, deps)
}

function headerOf(seen: SeenRequest | undefined, name: string): string | undefined {
  return seen?.headers.find(([other]) => other === name)?.[1]
}

function traceIdIn(seen: SeenRequest | undefined): string | undefined {
  return headerOf(seen, 'traceparent')?.split('-')[1]
}
