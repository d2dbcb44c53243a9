import { expect } from 'vitest'
import { forwardGateway } from './gateway.ts'
import { GATEWAY, settledTrace, type Trace } from './jaeger.ts'
import { readerAt } from './reader.ts'
import { seeOnly } from './see.ts'

/**
 * Asks for one page, and reads its trace. The lesson shifting/reviews-v3.yaml must be applied. Expects the root to be the
 * gateway's span, and every other span to have its parent.
 */
export async function traceOfPage(): Promise<Trace> {
  await using way = await forwardGateway('istio')
  const reader = readerAt(way.url)
  await seeOnly(reader, 'red')
  const since = new Date()
  expect((await reader.ask('/productpage')).body).toContain('glyphicon-star')
  const trace = await settledTrace(since)
  const ids = new Set(trace.map(({ id }) => id))
  expect(trace.filter(({ parent }) => parent === undefined)).toMatchObject([{ service: GATEWAY }])
  expect(trace.filter(({ parent }) => parent !== undefined && !ids.has(parent))).toEqual([])
  process.stdout.write(`  ${trace.length} spans of ${new Set(trace.map(({ service }) => service)).size} names\n`)
  return trace
}
