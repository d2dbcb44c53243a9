import { describe, expect, test } from 'vitest'
import { createLogFormat } from '../src/log-format.ts'
import { readLogLine } from '../src/log-line.ts'

const line = (fields: object) =>
  JSON.stringify({ time: '2026-01-01T00:00:00.000Z', service: 'reviews', version: 'v2', ...fields })

const noRatings = line({ level: 'warn', upstream: 'ratings', status: 503, msg: 'no ratings to show' })

test.each([
  [
    { level: 'info', msg: 'stopped' },
    { bad: false, text: 'stopped' }
  ],
  [
    { level: 'warn', upstream: 'ratings', msg: 'no ratings to show' },
    { bad: true, text: 'no ratings to show' }
  ],
  [
    { level: 'error', err: { type: 'Error', message: 'boom', stack: 'Error: boom\n at x' }, msg: 'request failed' },
    { bad: true, text: 'request failed: boom' }
  ],
  [
    { level: 'fatal', msg: 'the end' },
    { bad: true, text: 'the end' }
  ]
])('%j says %j', (fields, said) => {
  expect(readLogLine(line(fields))).toEqual(said)
})

test.each(['plain text', '{ not JSON', '{}x', ''])('what is no log line says what it says: %j', (text) => {
  expect(readLogLine(text)).toEqual({ bad: false, text })
})

describe('shown', () => {
  test('to a program, a line stays as it is', async () => {
    const format = await createLogFormat(false, {})
    expect(format('reviews-v2', noRatings)).toBe(noRatings)
    expect(format('reviews-v2', 'plain text')).toBe('reviews-v2     plain text')
  })

  test('on a terminal, it is for people, with the name of its service in front', async () => {
    const format = await createLogFormat(true, { NO_COLOR: '1' })
    expect(format('reviews-v2', noRatings)).toMatch(
      /^reviews-v2     \[\d\d:\d\d:\d\d\.\d{3}\] WARN: no ratings to show \{"upstream":"ratings","status":503\}$/
    )
    expect(format('reviews-v2', 'plain text')).toBe('reviews-v2     plain text')
  })

  test('in colours, unless they are not wanted', async () => {
    const format = await createLogFormat(true, {})
    expect(format('reviews-v2', noRatings)).toContain('\u001B[33mWARN\u001B[39m')
  })
})
