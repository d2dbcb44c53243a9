import { bookinfoTrace, spanId, startViewer, traceId, type RunningViewer } from '@bookinfo/trace-viewer/testing'
import { ask } from '@bookinfo/service-kit/testing'
import { expect } from 'vitest'

/** The time of the viewer's clock. */
export const NOW = Date.UTC(2026, 10, 22, 12)
export const failedTrace = traceId(4)

/** Six visits: three good ones, two with failures, and one of which a part is missing. */
export async function startFull(): Promise<RunningViewer> {
  const viewer = await startViewer({ now: () => NOW })
  await viewer.send(bookinfoTrace({ trace: 1, startMs: NOW - 95_000 }))
  await viewer.send(bookinfoTrace({ trace: 2, startMs: NOW - 62_000, slow: 3 }))
  await viewer.send(bookinfoTrace({ trace: 3, startMs: NOW - 41_000, version: 'v1' }))
  await viewer.send(bookinfoTrace({ trace: 4, startMs: NOW - 20_000, down: 'ratings' }))
  await viewer.send(bookinfoTrace({ trace: 5, startMs: NOW - 9_000, slow: 0.7, down: 'details' }))
  const { resourceSpans = [] } = bookinfoTrace({ trace: 6, startMs: NOW - 5_000 })
  await viewer.send({ resourceSpans: resourceSpans.slice(1) })
  const line = { service: 'reviews', trace_id: failedTrace, span_id: spanId(405) }
  const lines = [
    {
      ...line,
      level: 'warn',
      time: new Date(NOW - 19_985).toISOString(),
      msg: 'ratings is unavailable',
      upstream: 'ratings'
    },
    {
      ...line,
      level: 'info',
      time: new Date(NOW - 19_973).toISOString(),
      msg: 'request completed',
      route: '/reviews/:productId',
      status: 200,
      duration_ms: 23
    }
  ]
  const answer = await ask(viewer.origin, '/api/log-lines', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.map((entry) => JSON.stringify(entry)).join('\n')
  })
  expect(answer.body).toEqual({ kept: 2, ignored: 0 })
  return viewer
}
