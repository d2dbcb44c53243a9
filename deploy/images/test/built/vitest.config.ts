import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
// @boundaries-ignore the configuration of all tests is at the root
import common from '../../../../vitest.config.ts'
// @boundaries-ignore as above
import { startingWith } from '../../../../vitest.order.ts'

const root = join(import.meta.dirname, '../..')

/** Contract tests, and tests of the page, that containers must pass too. The setup file makes them start containers. */
const contracts = [
  'services/{details,ratings}/test/contract',
  'services/ratings/test/keep-others',
  'services/productpage/test/{pages,routes,site-pages,static-files}',
  'test/contract/operations',
  'test/e2e/{page,page-stars}'
]

/** Builds the images, inspects them and runs them. */
export default defineConfig({
  test: {
    ...common.test,
    root,
    include: ['test/built/*.test.ts', '../../test/pods/*.test.ts', ...contracts.map((path) => `../../${path}.test.ts`)],
    // They build images again.
    sequence: { sequencer: startingWith('docker.test.ts', 'builds.test.ts') },
    globalSetup: 'test/support/build-images.ts',
    setupFiles: 'test/support/run-in-containers.ts',
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest-images.json' }]] : ['default']
  }
})
