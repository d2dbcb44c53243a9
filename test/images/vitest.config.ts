import { defineConfig, mergeConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'

/** For the machine that may take minutes: builds the images and runs them, and the contract tests against them. */
export default mergeConfig(
  common,
  defineConfig({
    test: {
      include: [
        'images/**/*.test.ts',
        // Unchanged: the setup file makes them start containers.
        ...['details', 'ratings', 'productpage-pages', 'productpage-routes', 'static-files', 'operations'].map(
          (name) => `contract/${name}.test.ts`
        )
      ],
      globalSetup: 'images/setup/build-images.ts',
      setupFiles: 'images/setup/run-in-containers.ts',
      testTimeout: 120_000,
      hookTimeout: 300_000,
      reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest-images.json' }]] : ['default']
    }
  })
)
