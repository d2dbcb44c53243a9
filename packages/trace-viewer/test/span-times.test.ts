import { describe, expect, it } from 'vitest'
import { spanTimes } from '../src/critical-path.ts'
import { readSpans } from '../src/otlp/read-spans.ts'
import { createTraceStore } from '../src/trace-store.ts'
import { NOON_MS, otlpRequest, startViewer, traceId, type SpanSketch } from './support/index.ts'

/** By span: its self time, and its stretches of the critical path from first to last, in milliseconds after noon. */
function timesOf(...spans: SpanSketch[]): Record<string, [selfMs: number, ...critical: string[]]> {
  const store = createTraceStore(100_000)
  store.add(readSpans(otlpRequest({ details: spans }), 'hex'), 1)
  const trace = store.get(traceId(1)) ?? { id: '', spans: new Map(), refused: 0, changes: 0 }
  const ms = (us: number) => us / 1000 - NOON_MS
  return Object.fromEntries(
    [...spanTimes(trace)].map(([{ name }, { selfUs, critical }]) => [
      name,
      [selfUs / 1000, ...critical.toReversed().map(({ startUs, endUs }) => `${ms(startUs)}-${ms(endUs)}`)]
    ])
  )
}

const span = (id: number, parent: number | undefined, [from, to]: [number, number]): SpanSketch => ({
  id,
  ...(parent !== undefined && { parent }),
  startMs: NOON_MS + from,
  ms: to - from
})

describe('the critical path', () => {
  it('follows the child that ended last, then the one before it', () => {
    const root = span(1, undefined, [0, 30])
    expect(timesOf(root, span(2, 1, [2, 7]), span(3, 1, [9, 28]), span(4, 3, [10, 20]))).toEqual({
      'span 1': [6, '0-2', '7-9', '28-30'],
      'span 2': [5, '2-7'],
      'span 3': [9, '9-10', '20-28'],
      'span 4': [10, '10-20']
    })
  })

  it('leaves out what ran beside a longer one', () => {
    expect(timesOf(span(1, undefined, [0, 30]), span(2, 1, [2, 20]), span(3, 1, [2, 28]))).toEqual({
      'span 1': [4, '0-2', '28-30'],
      'span 2': [18],
      'span 3': [26, '2-28']
    })
  })

  it('ends with the trace, however long a child goes on', () => {
    expect(timesOf(span(1, undefined, [0, 10]), span(2, 1, [5, 90]))).toEqual({
      'span 1': [5, '0-5'],
      'span 2': [85, '5-10']
    })
  })

  it('ends where spans are each other’s parents', () => {
    expect(timesOf(span(1, 2, [0, 10]), span(2, 1, [0, 10]))).toEqual({ 'span 1': [0], 'span 2': [0] })
  })
})

describe('a server span that outlasts the call', () => {
  const call = (rest: Partial<SpanSketch>) =>
    otlpRequest({
      productpage: [{ id: 1, kind: 'client', startMs: NOON_MS, ms: 3_000, ...rest }],
      reviews: [{ id: 2, parent: 1, kind: 'server', startMs: NOON_MS + 1, ms: 10_000 }]
    })

  it('says that its caller gave up', async () => {
    await using viewer = await startViewer()
    await viewer.send(call({ error: 'The operation was aborted due to timeout' }))
    const { body } = await viewer.read(`/trace/${traceId(1)}`)
    expect(body).toContain('caller gave up</span>')
    expect(body).toContain('Its caller gave up after 3 s (The operation was aborted due to timeout).')
    expect(body).toContain('This server worked on for 7 s')
  })

  it('says why that may be, if the call went well', async () => {
    await using viewer = await startViewer()
    await viewer.send(call({}))
    expect((await viewer.read(`/trace/${traceId(1)}`)).body).toContain('until the last byte is written')
  })
})
