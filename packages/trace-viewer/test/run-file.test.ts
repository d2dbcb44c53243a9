import { ask, askFully } from '@bookinfo/service-kit/testing'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bookinfoTrace, otlpRequest, spanId, startViewer, traceId, type RunningViewer } from './support/index.ts'

const line = {
  level: 'warn',
  time: Date.UTC(2026, 10, 22, 12),
  service: 'reviews',
  version: 'v3',
  trace_id: traceId(1),
  span_id: spanId(105),
  msg: 'ratings is unavailable',
  route: '/reviews/:productId'
}

async function startFilled(): Promise<RunningViewer> {
  const viewer = await startViewer()
  await viewer.send(bookinfoTrace({ trace: 1, down: 'ratings' }))
  const attributes = { text: 'a', count: 7, yes: true }
  await viewer.send(otlpRequest({ details: [{ trace: 2, id: 9, attributes }] }))
  const headers = { 'content-type': 'application/x-ndjson' }
  await ask(viewer.origin, '/api/log-lines', { method: 'POST', headers, body: JSON.stringify(line) })
  return viewer
}

async function save({ origin }: RunningViewer): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${origin}/api/run`)).arrayBuffer())
}

function open({ origin }: RunningViewer, body: Buffer | string) {
  return ask(origin, '/api/run', { method: 'POST', headers: { 'content-type': 'application/gzip' }, body })
}

describe('a run in a file', () => {
  it('has all traces and log lines when it is opened in another viewer', async () => {
    await using first = await startFilled()
    await using second = await startViewer()
    expect(await open(second, await save(first))).toMatchObject({ status: 200, body: { spans: 7, lines: 1 } })
    for (const id of [1, 2]) {
      const path = `/api/traces/${traceId(id)}`
      expect((await second.read(path)).body).toEqual((await first.read(path)).body)
    }
    expect((await second.read(`/trace/${traceId(1)}`)).body).toContain('ratings is unavailable')
  })

  it('is a list of OTLP requests, which any receiver takes', async () => {
    await using viewer = await startFilled()
    const texts = gunzipSync(await save(viewer))
      .toString()
      .trim()
      .split('\n')
    expect(texts).toHaveLength(3)
    await viewer.send(JSON.parse(texts[0] ?? ''))
  })

  it('comes from a form too, which leads to the list', async () => {
    await using first = await startFilled()
    await using second = await startViewer()
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(await save(first))]), 'bookinfo-run.ndjson.gz')
    const answer = await fetch(`${second.origin}/api/run`, { method: 'POST', body: form, redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect((await second.read(`/trace/${traceId(2)}`)).status).toBe(200)
  })

  const bad: [what: string, body: Buffer | string, status: number, error: RegExp][] = [
    ['nothing', '', 400, /choose a file/],
    ['text', 'hello', 400, /line 1 of the file/],
    ['a bad second line', `${JSON.stringify(line)}\n{"resourceSpans":7}`, 400, /line 2 of the file/],
    ['half a gzip file', gzipSync('x'.repeat(1_000)).subarray(0, 20), 400, /not gzip/],
    ['too much when unpacked', gzipSync(Buffer.alloc(16 * 1024 * 1024 + 1, '\n')), 413, /larger than/],
    ['too much', Buffer.alloc(4 * 1024 * 1024 + 1, '\n'), 413, /larger than 4194304 bytes/]
  ]
  it.for(bad)('is refused with the reason if it is %s', async ([, body, status, error]) => {
    await using viewer = await startViewer()
    expect(await open(viewer, body)).toMatchObject({ status, body: { error: expect.stringMatching(error) } })
  })

  it('has the newest traces that fit', async () => {
    await using viewer = await startViewer()
    const attributes = { text: 'x'.repeat(1_500_000) }
    for (let trace = 1; trace <= 12; trace += 1)
      await viewer.send(otlpRequest({ details: [{ trace, id: trace, attributes }] }))
    const saved = gunzipSync(await save(viewer)).toString()
    expect(saved.trim().split('\n')).toHaveLength(11)
    expect(saved).toContain(traceId(12))
    expect(saved).not.toContain(traceId(1))
  })
})

describe('expected shares', () => {
  const post = ({ origin }: RunningViewer, body: string) =>
    ask(origin, '/api/expected-shares', { method: 'POST', body })

  it('stand beside the measured ones', async () => {
    await using viewer = await startViewer()
    await viewer.send(bookinfoTrace({ trace: 1 }))
    expect((await viewer.read('/map?minutes=0')).body).not.toContain('Expected')
    expect(await post(viewer, '{"reviews":{"v1":3,"v3":1}}')).toMatchObject({ status: 200 })
    const { body } = await viewer.read('/map?minutes=0')
    expect(body).toMatch(/Expected[^]*>v1<[^]*0 %<[^]*75 %<[^]*>v3<[^]*100 %<[^]*25 %</)
    await post(viewer, '{}')
    expect((await viewer.read('/map?minutes=0')).body).not.toContain('Expected')
  })

  it.for(['', 'x', '7', '{"reviews":{"v1":-1}}', '{"reviews":90}'])('must be weights, unlike %s', async (body) => {
    await using viewer = await startViewer()
    expect(await post(viewer, body)).toMatchObject({ status: 400 })
  })
})

it('names the port for spans that it listens on', async () => {
  await using viewer = await startViewer({ env: { OTLP_PORT: '0' } })
  const { body } = await askFully(viewer.origin, '/')
  expect(body).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${viewer.otlpOrigin}</code>`)
})
