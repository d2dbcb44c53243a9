import { describe, expect, it } from 'vitest'
import { readSpans } from '../src/otlp/read-spans.ts'
import { createTraceStore, type Trace } from '../src/trace-store.ts'
import { summarize } from '../src/trace-summary.ts'
import { treeOf } from '../src/trace-tree.ts'
import { otlpRequest, traceId, type SpanSketch } from './support/index.ts'

function traceOf(...spans: SpanSketch[]): Trace {
  const store = createTraceStore(100_000)
  store.add(readSpans(otlpRequest({ details: spans }), 'hex'), 1)
  return store.get(traceId(1)) ?? { id: '', spans: new Map(), refused: 0, changes: 0 }
}

/** Names, each as far to the right as it is deep; a question mark where the parent is missing. */
function drawing(trace: Trace): string[] {
  return treeOf(trace).map(
    ({ span, depth, parentMissing }) => '  '.repeat(depth) + span.name + (parentMissing ? ' ?' : '')
  )
}

describe('the tree of a trace', () => {
  it('has children below their parents, by start', () => {
    const trace = traceOf(
      { id: 4, parent: 2, startMs: 30 },
      { id: 3, parent: 1, startMs: 40 },
      { id: 2, parent: 1, startMs: 20 },
      { id: 1, startMs: 10 }
    )
    expect(drawing(trace)).toEqual(['span 1', '  span 2', '    span 4', '  span 3'])
  })

  it('has spans at the top whose parents are missing', () => {
    const trace = traceOf({ id: 2, parent: 9, startMs: 5 }, { id: 3, parent: 2, startMs: 6 }, { id: 1, startMs: 10 })
    expect(drawing(trace)).toEqual(['span 2 ?', '  span 3', 'span 1'])
    expect(summarize(trace)).toMatchObject({ rootName: 'span 1', orphanCount: 1 })
  })

  it('loses none of a circle', () => {
    const trace = traceOf({ id: 1, parent: 2 }, { id: 2, parent: 1 }, { id: 3, parent: 3 })
    expect(drawing(trace)).toEqual(['span 1', '  span 2', 'span 3'])
    expect(summarize(trace)).toMatchObject({ rootName: 'span 1', orphanCount: 0, spanCount: 3 })
  })

  it('takes a chain of ten thousand', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({ id: index + 1, ...(index > 0 && { parent: index }) }))
    expect(treeOf(traceOf(...chain)).at(-1)).toMatchObject({ depth: 9_999 })
  })
})

it('takes the span of a proxy for one of the caller of its service', () => {
  const store = createTraceStore(100)
  const call = otlpRequest({ 'reviews@v2': [{ id: 1, kind: 'client' }], 'reviews@': [{ id: 2, parent: 1 }] })
  store.add(readSpans(call, 'hex'), 1)
  const [trace] = store.all()
  expect(trace && summarize(trace).services).toEqual([{ service: 'reviews', version: 'v2', spans: 2 }])
})

it('reckons from the first start to the last end, whoever is the root', () => {
  const trace = traceOf({ id: 1, startMs: 100, ms: 10 }, { id: 2, parent: 1, startMs: 95, ms: 30, error: 'no' })
  expect(summarize(trace)).toEqual({
    id: traceId(1),
    rootService: 'details',
    rootName: 'span 1',
    startUs: 95_000,
    durationUs: 30_000,
    spanCount: 2,
    errorCount: 1,
    orphanCount: 0,
    services: [{ service: 'details', version: 'v1', spans: 2 }]
  })
})
