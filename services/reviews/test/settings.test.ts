import { ownSettings, readmeWithSettings } from '@bookinfo/service-kit/testing'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ReviewsConfig } from '../src/app.ts'

const readme = new URL('../README.md', import.meta.url)

test('the README lists the settings that only this service has; in this folder, `npx vitest run -u` refreshes it', async () => {
  await expect(readmeWithSettings(readme, ownSettings(ReviewsConfig))).toMatchFileSnapshot(fileURLToPath(readme))
})
