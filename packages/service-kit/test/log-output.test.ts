import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { gatherLines } from '../src/telemetry/log-output.ts'

test('lines are written together, in order', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const lines = gatherLines({ write: resolve })
  for (const line of ['one\n', 'two\n', 'three\n']) lines.write(line)
  expect(await promise).toBe('one\ntwo\nthree\n')
})

test('a great many do not wait', () => {
  let written = 0
  const lines = gatherLines({ write: (text) => void (written += text.length) })
  for (let i = 0; i < 200; i += 1) lines.write('x'.repeat(1_000))
  expect(written).toBeGreaterThan(100_000)
})

test('what waits when the process ends is written then', async () => {
  const module = new URL('../src/telemetry/log-output.ts', import.meta.url)
  const program = `const { stdout } = await import('${module.href}'); stdout.write('the last line'); process.exit()`
  expect(await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])).toEqual({
    stdout: 'the last line',
    stderr: ''
  })
})
