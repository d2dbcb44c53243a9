import { ask } from '@bookinfo/service-kit/testing'
import { describe, expect, it } from 'vitest'
import { otlpRequest, spanId, startViewer, traceId, type RunningViewer } from './support/index.ts'

const LATEST = '9'.repeat(20)

const taken: [what: string, own: object][] = [
  ['the latest time as text, and an end long before', { startTimeUnixNano: LATEST, endTimeUnixNano: 1 }],
  ['the latest time as a number', { startTimeUnixNano: 1e20, endTimeUnixNano: 1e20 }],
  ['the longest duration', { startTimeUnixNano: 0, endTimeUnixNano: LATEST }],
  ['no end', { endTimeUnixNano: undefined }],
  ['no times', { startTimeUnixNano: undefined, endTimeUnixNano: undefined }],
  ['events long before and after', { events: [{ timeUnixNano: 0 }, { timeUnixNano: LATEST }, { timeUnixNano: 1e20 }] }],
  ['a kind and a status that nobody knows', { kind: -1e300, status: { code: 1e300, message: 'x' } }],
  ['more dropped than there can be', { droppedAttributesCount: 1e300, droppedEventsCount: 1e300 }],
  [
    'numbers that are too large',
    {
      attributes: [
        { key: 'whole', value: { intValue: 1e300 } },
        { key: 'double', value: { doubleValue: 1e308 } },
        { key: 'server.port', value: { intValue: -1e300 } }
      ]
    }
  ]
]

const pages = ['/', `/trace/${traceId(1)}`, '/map', '/api/traces?service=details', `/api/traces/${traceId(1)}`]

describe('shows in every page, beside others, a span that has', () => {
  it.for(taken)('%s', async ([, own]) => {
    await using viewer = await startViewer()
    await viewer.send(otlpRequest({ details: [{ trace: 2, id: 2 }] }))
    expect(await sendOne(viewer, own)).toBe(200)
    await showsAll(viewer)
  })

  it('the largest times that protobuf can say', async () => {
    await using viewer = await startViewer()
    const largest = Array(8).fill(255)
    const span = [10, 16, ...Buffer.from(traceId(1), 'hex'), 18, 8, ...largest, 57, ...largest, 65, ...largest]
    const body = Buffer.from([10, span.length + 4, 18, span.length + 2, 18, span.length, ...span])
    const headers = { 'content-type': 'application/x-protobuf' }
    expect(await ask(viewer.otlpOrigin, '/v1/traces', { method: 'POST', headers, body })).toMatchObject({ status: 200 })
    await showsAll(viewer)
  })
})

const refused: [what: string, own: object][] = [
  ['start', { startTimeUnixNano: 1e300 }],
  ['end', { endTimeUnixNano: 1.1e20 }],
  ['start of 21 digits', { startTimeUnixNano: `1${LATEST}` }],
  ['event', { events: [{ timeUnixNano: 1e300 }] }]
]

describe('refuses a time that is no date any more, as a', () => {
  it.for(refused)('%s', async ([, own]) => {
    await using viewer = await startViewer()
    expect(await sendOne(viewer, own)).toBe(400)
    expect(await viewer.read('/')).toMatchObject({ status: 200 })
  })
})

async function showsAll(viewer: RunningViewer): Promise<void> {
  const answers = await Promise.all(pages.map((path) => viewer.read(path)))
  expect(answers.map(({ status }) => status)).toEqual(pages.map(() => 200))
}

/** @returns the status of the answer */
async function sendOne({ otlpOrigin }: RunningViewer, own: object): Promise<number> {
  const span = { traceId: traceId(1), spanId: spanId(1), startTimeUnixNano: '1000', endTimeUnixNano: '2000', ...own }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'details' } }] }
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })
  const headers = { 'content-type': 'application/json' }
  const { status } = await ask(otlpOrigin, '/v1/traces', { method: 'POST', headers, body })
  return status
}
