import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
// @boundaries-ignore the one configuration of all tests, which stands at the root
import common from '../../vitest.config.ts'

const root = join(import.meta.dirname, '..')
// More than a boot and what follows may take.
const timeouts = { testTimeout: 1_800_000, hookTimeout: 1_800_000 }

/** Each has a processor of its own to emulate, and memory of more than half a gigabyte. */
const MOST_MACHINES = 4

/** Boots virtual machines, as many at once as there are processors for them. */
export default defineConfig({
  test: {
    ...common.test,
    root,
    maxWorkers: Math.min(availableParallelism(), MOST_MACHINES),
    globalSetup: 'vm/support/prepare.ts',
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest-vm.json' }]] : ['default'],
    projects: [
      { test: { ...timeouts, root, name: 'vm', include: ['vm/**/*.test.ts'] } },
      {
        // The tests that details has to pass wherever it runs.
        test: {
          ...timeouts,
          root,
          name: 'contract',
          include: ['../services/details/test/contract.test.ts'],
          setupFiles: ['vm/support/substrate.ts']
        }
      }
    ]
  }
})
