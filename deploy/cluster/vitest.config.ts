import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'

/** Tests in `test/mesh` need Istio, those in `test/kubevirt` KubeVirt and Jaeger too, the others only Kubernetes. */
const folders: Record<string, string> = { cluster: 'test', mesh: 'test/mesh', kubevirt: 'test/kubevirt' }

const tests = process.env['BOOKINFO_TESTS'] ?? 'cluster'

/** All tests share one cluster, so they run one after the other. */
export default defineConfig({
  test: {
    ...common.test,
    root: import.meta.dirname,
    include: [`${folders[tests]}/*.test.ts`],
    fileParallelism: false,
    globalSetup: 'test/support/prepare.ts',
    testTimeout: 900_000,
    hookTimeout: 900_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: `.turbo/vitest-${tests}.json` }]] : ['default']
  }
})
