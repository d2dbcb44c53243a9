import { loadConfig } from '@bookinfo/service-kit'
import { ownSettings, readmeWithSettings } from '@bookinfo/service-kit/testing'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ProductpageConfig } from '../src/app.ts'

const readme = new URL('../README.md', import.meta.url)

test('the README lists the settings that only this service has; in this folder, `npx vitest run -u` refreshes it', async () => {
  await expect(readmeWithSettings(readme, ownSettings(ProductpageConfig))).toMatchFileSnapshot(fileURLToPath(readme))
})

test.each(['localhost:16686/answers.svg', 'http://localhost:99999/answers.svg', 'http://localhost/a b.svg'])(
  'no picture of answers is at %s',
  (address) => {
    expect(() => loadConfig(ProductpageConfig, { ANSWERS_URL: address }, [])).toThrow(
      `ANSWERS_URL must be an http:// or https:// address, got "${address}"`
    )
  }
)

test.each(['localhost:16686', 'http://localhost:16686/', 'http://localhost:99999', 'http://10.0.0.300:16686'])(
  'traces cannot be looked at on %s',
  (address) => {
    expect(() => loadConfig(ProductpageConfig, { TRACE_UI_URL: address }, [])).toThrow(
      `TRACE_UI_URL must be an http:// or https:// address without a slash at its end, got "${address}"`
    )
  }
)
