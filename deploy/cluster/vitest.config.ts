import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'

/** All tests share one cluster, so they run one after the other. */
export default defineConfig({
  test: {
    ...common.test,
    root: import.meta.dirname,
    fileParallelism: false,
    globalSetup: 'test/support/prepare.ts',
    testTimeout: 900_000,
    hookTimeout: 900_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest-cluster.json' }]] : ['default']
  }
})
