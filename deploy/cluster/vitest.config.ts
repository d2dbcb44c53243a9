import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'

/** Tests in `test/mesh` need Istio, the others only Kubernetes. */
const tests = process.env['BOOKINFO_TESTS'] === 'mesh' ? 'mesh' : 'cluster'

/** All tests share one cluster, so they run one after the other. */
export default defineConfig({
  test: {
    ...common.test,
    root: import.meta.dirname,
    include: [tests === 'mesh' ? 'test/mesh/*.test.ts' : 'test/*.test.ts'],
    fileParallelism: false,
    globalSetup: 'test/support/prepare.ts',
    testTimeout: 900_000,
    hookTimeout: 900_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: `.turbo/vitest-${tests}.json` }]] : ['default']
  }
})
