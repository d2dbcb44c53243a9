import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
// @boundaries-ignore the configuration of all tests is at the root
import common from '../../../vitest.config.ts'
// @boundaries-ignore as above
import { startingWith } from '../../../vitest.order.ts'

const root = join(import.meta.dirname, '../..')
// More than a boot and the commands after it take.
const timeouts = { testTimeout: 1_800_000, hookTimeout: 1_800_000 }

/** Each machine needs a processor that emulates it, and more than half a gigabyte of memory. */
const MOST_MACHINES = 4

/** Boots as many virtual machines at once as there are processors. */
export default defineConfig({
  test: {
    ...common.test,
    root,
    maxWorkers: Math.min(availableParallelism(), MOST_MACHINES),
    // A build, and then the most boots.
    sequence: { sequencer: startingWith('builds.test.ts', 'programs.test.ts', 'seeds.test.ts', 'bad-seed.test.ts') },
    globalSetup: 'test/support/prepare.ts',
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: '.turbo/vitest-vm.json' }]] : ['default'],
    projects: [
      { test: { ...timeouts, root, name: 'vm', include: ['test/machines/*.test.ts'] } },
      {
        // The tests that details has to pass wherever it runs.
        test: {
          ...timeouts,
          root,
          name: 'contract',
          include: ['../services/details/test/contract.test.ts'],
          setupFiles: ['test/support/run-in-machines.ts']
        }
      }
    ]
  }
})
