import { join } from 'node:path'
import { fail, root, run, turbo } from './run.mjs'
import { findBrowser, findTestTools } from './tools.mjs'

/** Milliseconds for a virtual machine to switch itself off or for a cluster to end, and some more. */
const MACHINE_PATIENCE_MS = 190_000

/** Of the services, machines run details alone. */
const forMachines = ['--filter=@bookinfo/details']

const oxlint = 'node_modules/oxlint/bin/oxlint'
const oxfmt = 'node_modules/oxfmt/bin/oxfmt'

/** The root scripts by name. Each gets the Node to run with and its arguments, and returns an exit code. */
export const commands = {
  start: (node, args) =>
    program(node, 'suite/src/main.ts', args, {
      ...(args.some((arg) => arg.startsWith('--details')) && { patienceMs: MACHINE_PATIENCE_MS }),
      // Over this channel the launcher notices the end of this process, however it ended.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile', 'launcher') }
    }),

  load: (node, args) => program(node, 'suite/src/load/main.ts', args),
  traces: (node, args) => program(node, 'packages/trace-viewer/src/traces-command.ts', args),

  dev: (node, args) => commands.start(node, ['--watch', ...args]),

  // One task for each core, because tests that wait for a process or a browser fail on an overloaded machine.
  test: (node, args) =>
    turbo(node, ['run', 'typecheck', 'lint', 'test', '--concurrency=100%', ...args], findTestTools()),

  build: (node, args) => turbo(node, ['run', 'build', ...args]),
  pack: (node, args) => built(node, 'suite/npm/pack.ts', args),
  images: (node, args) => built(node, 'deploy/images/src/main.ts', args),
  // Its tests build the images themselves. Some of the containers use a database, and a browser opens the page.
  'test:images': (node, args) => testFolder(node, 'deploy/images', 'test/built', args, findTestTools()),

  'vm:build': (node, args) => built(node, 'vm-images/src/vm-build.ts', args, forMachines),
  'vm:boot': (node, args) => program(node, 'vm-images/src/vm-boot.ts', args, { patienceMs: MACHINE_PATIENCE_MS }),
  'vm:verify': (node, args) => program(node, 'vm-images/src/vm-verify.ts', args, { patienceMs: MACHINE_PATIENCE_MS }),
  'test:vm': async (node, args) => {
    const code = await bundles(node, forMachines)
    if (code) return code
    // Both at once: a build downloads, unpacks and compresses by turns, so alone it leaves a processor idle.
    const build = (image) => program(node, 'vm-images/src/vm-build.ts', [image])
    const codes = await Promise.all(['details', 'mysql'].map(build))
    return codes.find(Boolean) ?? testFolder(node, 'vm-images', 'test/machines', args)
  },

  typecheck: (node, args) => program(node, 'node_modules/typescript/bin/tsc', ['-p', '.', ...args]),
  lint: async (node, args) =>
    (await program(node, oxlint, ['--type-aware', '--deny-warnings', ...args])) ||
    (await program(node, oxfmt, ['--check', ...args])) ||
    turbo(node, ['boundaries']),
  fmt: async (node, args) => (await program(node, oxlint, ['--fix', ...args])) || program(node, oxfmt, args),

  figures: (node, [unknown]) =>
    unknown === undefined
      ? program(node, '.ci/figures.mjs', [])
      : fail(`npm run figures takes no options, got "${unknown}"`),
  manifests: (node, args) => program(node, 'deploy/check/src/main.ts', args),
  samples: (node, args) => program(node, 'deploy/check/src/samples/main.ts', args),
  chart: (node, args) => program(node, 'deploy/check/src/chart/main.ts', args),
  cluster: (node, args) => program(node, 'deploy/cluster/src/main.ts', args, { patienceMs: MACHINE_PATIENCE_MS }),
  'test:cluster': (node, args) => commands.cluster(node, ['test', ...args]),
  'test:mesh': (node, args) => commands.cluster(node, ['test-mesh', ...args]),
  'test:kubevirt': (node, args) => commands.cluster(node, ['test-kubevirt', ...args]),
  equivalence: (node, args) => built(node, 'test/equivalence/main.ts', args),
  pictures: (node, args) => program(node, 'test/pictures/main.ts', args, { env: findBrowser() }),
  fuzz: (node, args) => program(node, 'test/fuzz/main.ts', args),
  bench: (node, args) => built(node, 'test/bench/main.ts', args),
  endure: (node, args) => built(node, 'test/endurance/main.ts', args)
}

function program(node, script, args, options) {
  return run(node, [join(root, script), ...args], options)
}

/** Runs a program that needs the bundles; `--help` needs none. */
async function built(node, script, args, filter = []) {
  if (args.includes('--help')) return program(node, script, args)
  return (await bundles(node, filter)) || program(node, script, args)
}

function bundles(node, filter) {
  return turbo(node, ['run', 'build', '--output-logs=errors-only', ...filter])
}

/** Runs tests that have a configuration of their own. */
function testFolder(node, workspace, folder, args, env = {}) {
  const config = join(root, workspace, folder, 'vitest.config.ts')
  return program(node, 'node_modules/vitest/vitest.mjs', ['run', '--config', config, ...args], {
    cwd: join(root, workspace),
    env
  })
}
