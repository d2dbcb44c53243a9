import { ask } from '@bookinfo/service-kit/testing'
import { expect, it } from 'vitest'
import { bookinfoTrace, spanId, startViewer, traceId, type RunningViewer } from './support/index.ts'

const NOON_MS = Date.UTC(2026, 10, 22, 12)
const NDJSON = { 'content-type': 'application/x-ndjson' }

function post(viewer: RunningViewer, body: string | Buffer, headers: Record<string, string> = NDJSON) {
  return ask(viewer.origin, '/api/log-lines', { method: 'POST', headers, body })
}

const line = {
  level: 'info',
  time: new Date(NOON_MS + 12).toISOString(),
  service: 'reviews',
  version: 'v3',
  trace_id: traceId(1),
  span_id: spanId(105),
  msg: 'request completed',
  'x-request-id': 'abc',
  status: 200
}

it('shows the lines of a trace with it', async () => {
  await using viewer = await startViewer()
  await viewer.send(bookinfoTrace())
  const lines = [line, { ...line, trace_id: traceId(2), msg: 'of another trace' }]
  expect(await post(viewer, lines.map((entry) => JSON.stringify(entry)).join('\n'))).toEqual({
    status: 200,
    type: 'application/json',
    body: { kept: 2, ignored: 0 }
  })
  const { body } = await viewer.read(`/trace/${traceId(1)}`)
  expect(body).toContain('request completed')
  expect(body).toContain('x-request-id=abc')
  expect(body).toContain('+12 ms')
  expect(body).not.toContain('of another trace')
})

it('takes what pino writes by itself too: numbers for levels and times', async () => {
  await using viewer = await startViewer()
  await viewer.send(bookinfoTrace())
  await post(
    viewer,
    JSON.stringify({ level: 50, time: NOON_MS + 3, name: 'details', trace_id: traceId(1), msg: 'oops' })
  )
  expect((await viewer.read(`/trace/${traceId(1)}`)).body).toMatch(/\+3 ms[^]*details[^]*mark bad">error[^]*oops/)
})

const ignored: [what: string, text: string][] = [
  ['text', 'Server listening'],
  ['half a line', '{"msg":"x"'],
  ['a number', '7'],
  ['null', 'null'],
  ['a line of no trace', JSON.stringify({ ...line, trace_id: undefined })],
  ['a trace id of zeros', JSON.stringify({ ...line, trace_id: '0'.repeat(32) })],
  ['a trace id that is none', JSON.stringify({ ...line, trace_id: 'x' })],
  ['a line of more than 8 KiB', JSON.stringify({ ...line, msg: 'x'.repeat(8 * 1024) })]
]

it.for(ignored)('ignores %s', async ([, text]) => {
  await using viewer = await startViewer()
  expect(await post(viewer, `${text}\n\n${JSON.stringify(line)}\n`)).toMatchObject({ body: { kept: 1, ignored: 1 } })
})

it.for(['noon', 1e308, null, { toString: 1, valueOf: 1 }])('takes odd values as they are: at %o', async (time) => {
  await using viewer = await startViewer()
  await viewer.send(bookinfoTrace())
  const odd = {
    ...line,
    level: null,
    time,
    msg: { a: 1 },
    deep: JSON.parse('['.repeat(3_900) + ']'.repeat(3_900))
  }
  expect(await post(viewer, JSON.stringify(odd))).toMatchObject({ body: { kept: 1, ignored: 0 } })
  expect(await viewer.read(`/trace/${traceId(1)}`)).toMatchObject({ status: 200 })
})

it('refuses what any page of any site may send, and too much', async () => {
  await using viewer = await startViewer()
  expect(await post(viewer, '{}', { 'content-type': 'text/plain' })).toEqual({
    status: 415,
    type: 'application/json',
    body: { error: 'send application/x-ndjson: one JSON object in each line' }
  })
  expect(await post(viewer, Buffer.alloc(1024 * 1024 + 1, '\n'))).toMatchObject({ status: 413 })
})
