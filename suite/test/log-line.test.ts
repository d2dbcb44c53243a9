import { expect, test } from 'vitest'
import { readLogLine } from '../src/log-line.ts'

const line = (fields: object) =>
  JSON.stringify({ time: '2026-01-01T00:00:00.000Z', service: 'reviews', version: 'v2', ...fields })

test.each([
  [
    { level: 'info', msg: 'stopped' },
    { bad: false, text: 'info stopped' }
  ],
  [
    { level: 'warn', upstream: 'ratings', status: 503, msg: 'no ratings to show' },
    { bad: true, text: 'warn no ratings to show upstream=ratings status=503' }
  ],
  [
    { level: 'error', err: { type: 'Error', message: 'boom', stack: 'Error: boom\n at x' }, msg: 'request failed' },
    { bad: true, text: 'error request failed boom' }
  ],
  [
    { level: 'fatal', msg: 'the end' },
    { bad: true, text: 'fatal the end' }
  ]
])('%j becomes %j', (fields, shown) => {
  expect(readLogLine(line(fields))).toEqual(shown)
})

test.each(['plain text', '{ not JSON', '{}x', ''])('what is no log line is shown as it is: %j', (text) => {
  expect(readLogLine(text)).toEqual({ bad: false, text })
})
