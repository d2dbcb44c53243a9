import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../../../vitest.config.ts'

/** The tests that details has to pass wherever it runs. */
export default defineConfig({
  test: {
    ...common.test,
    root: join(import.meta.dirname, '../..'),
    include: ['../../services/details/test/contract.test.ts'],
    setupFiles: ['test/support/contract.setup.ts'],
    reporters: ['default']
  }
})
