import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'

/** What the containers of this run are held against, unchanged: the setup file makes them start containers. */
const contracts = [
  'services/{details,ratings}/test/contract',
  'services/productpage/test/{pages,routes,static-files}',
  'test/contract/operations'
]

/** For a machine with the tools: builds the images, looks into them and runs them. */
export default defineConfig({
  test: {
    ...common.test,
    include: ['images/**/*.test.ts', ...contracts.map((path) => `../${path}.test.ts`)],
    globalSetup: 'images/setup/build-images.ts',
    setupFiles: 'images/setup/run-in-containers.ts',
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest-images.json' }]] : ['default']
  }
})
