import { expect, test } from 'vitest'
import { lonelyBundle, runNode } from './bundle.ts'

// What trace mode sends from the bundle is decoded in `../trace/exporters.test.ts`.

test('trace mode without what lies beside the bundle is refused in one line', async () => {
  await using folder = await lonelyBundle('details')
  const { code, stderr } = await runNode(folder.path, ['main.js', '0'], { OTEL_TRACES_EXPORTER: 'otlp' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^details: .*telemetry\.js.*\n$/)
})
