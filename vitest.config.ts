import { defineConfig } from 'vitest/config'

/** For the tests of every workspace, which run where they are. */
export default defineConfig({
  test: {
    // Nothing is mocked and nothing is global, so files need no process of their own: that alone halves the CPU time.
    isolate: false,
    // As many as the smallest machine has cores; one less is the default, which leaves one idle there.
    maxWorkers: 2,
    // Many tests start processes or a browser, on machines that may have much else to do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // In CI the results are also summed up over all workspaces.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest.json' }]] : ['default']
  }
})
