import { expect, test } from 'vitest'
import { lonelyBundle, runNode } from './bundle.ts'

// `../trace/exporters.test.ts` tests the spans of the bundle.

test('without telemetry.js, trace mode is refused with one line', async () => {
  await using folder = await lonelyBundle('details')
  const { code, stderr } = await runNode(folder.path, ['main.js', '0'], { OTEL_TRACES_EXPORTER: 'otlp' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^details: .*telemetry\.js.*\n$/)
})
