import { readmeWithSettings } from '@bookinfo/service-kit/testing'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { TraceViewerConfig } from '../src/config.ts'

const readme = new URL('../README.md', import.meta.url)

test('the README lists the settings; in this folder, `npx vitest run -u` refreshes it', async () => {
  await expect(readmeWithSettings(readme, TraceViewerConfig)).toMatchFileSnapshot(fileURLToPath(readme))
})
