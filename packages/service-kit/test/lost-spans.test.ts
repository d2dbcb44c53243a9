import { expect, test } from 'vitest'
import { createLossReport } from '../src/telemetry/losses.ts'

const MINUTE_MS = 60_000

test('lost spans are logged at once, and then at most once a minute', () => {
  let time = 5_000
  let dropped = 0
  const lines: unknown[] = []
  const report = createLossReport(
    { warn: (...line: unknown[]) => void lines.push(line) },
    { sending: () => ({ waiting: 0, dropped, reason: 'ECONNREFUSED' }) },
    () => time
  )
  const line = (count: number) => [{ dropped_spans: count, reason: 'ECONNREFUSED' }, 'spans could not be sent']

  report()
  expect(lines).toEqual([])
  dropped = 3
  report()
  expect(lines).toEqual([line(3)])
  for (let second = 1; second < 60; second += 1) {
    time += 1_000
    dropped += 10
    report()
  }
  expect(lines).toEqual([line(3)])
  time += 1_000
  report()
  expect(lines).toEqual([line(3), line(590)])
  time += 10 * MINUTE_MS
  report()
  expect(lines).toEqual([line(3), line(590)])
  dropped += 1
  report()
  expect(lines).toEqual([line(3), line(590), line(1)])
})
