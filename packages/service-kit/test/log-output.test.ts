import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { gatherLines } from '../src/telemetry/log-output.ts'
import { startService } from './processes/service-process.ts'
import { ask } from './support/index.ts'

test('lines are written together, in order', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const lines = gatherLines({ write: resolve })
  for (const line of ['one\n', 'two\n', 'three\n']) lines.write(line)
  expect(await promise).toBe('one\ntwo\nthree\n')
})

test('a large number of them is written at once', () => {
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

test('lines are dropped and counted while nothing reads them', () => {
  const written: string[] = []
  const output = { writableLength: 0, write: (lines: string) => void written.push(lines) }
  const log = gatherLines(output)
  const line = `${'x'.repeat(1023)}\n`
  output.writableLength = 2 * 1024 * 1024
  for (let count = 0; count < 650; count += 1) log.write(line)
  expect([written, log.takeDropped()]).toEqual([[], 0])
  output.writableLength = 0
  expect([log.takeDropped(), log.takeDropped()]).toEqual([650, 0])
})

test('a service whose log is not read goes on, and logs later how many lines it dropped', async () => {
  await using service = await startService()
  const { stdout } = service.child
  stdout?.pause()
  // 5 MB: more than the pipe, its buffers and the bound hold together.
  for (let round = 0; round < 5; round += 1) expect((await ask(service.origin, '/chatter')).status).toBe(200)
  stdout?.resume()
  expect((await service.logged('log lines were dropped'))['dropped_lines']).toBeGreaterThan(0)
})
