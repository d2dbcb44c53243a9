#!/usr/bin/env node
// The root scripts begin here, on whatever Node the machine has. So this folder is plain JavaScript without packages and
// without anything newer than Node 14, which is why it says 'fs' and not 'node:fs'.
import { join } from 'path'
import { findChromium } from './chromium.mjs'
import { findDatabases } from './databases.mjs'
import { installIfNeeded } from './install.mjs'
import { chooseNode } from './node.mjs'
import { fail, root, run } from './run.mjs'
import { turbo } from './turbo.mjs'

const sources = join(root, 'suite', 'src')

/** What the check before `dev` ends with if the trace viewer has no place. */
const WITHOUT_TRACES = 3

/** What a virtual machine may take to switch itself off, and some more. */
const MACHINE_PATIENCE_MS = 70_000

const commands = {
  start: (node, args) =>
    run(node, [join(sources, 'main.ts'), ...args], {
      ...(args.some((arg) => arg.startsWith('--details')) && { patienceMs: MACHINE_PATIENCE_MS }),
      // Over the channel the launcher notices that this process is gone, however it ended.
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node-compile', 'launcher') }
    }),

  dev: async (node, args) => {
    const code = await run(node, [join(sources, 'check.ts'), ...args])
    if (![0, WITHOUT_TRACES].includes(code) || args.includes('--help')) return code
    const all = code === WITHOUT_TRACES ? [...args, '--no-traces'] : args
    // A service may need any of its user's variables; what npm says of each script is no news.
    const options = ['--ui=stream', '--log-prefix=none', '--env-mode=loose', '--', ...all]
    return turbo(node, ['run', 'dev', ...options], {
      npm_config_loglevel: 'silent',
      BOOKINFO_TERMINAL: process.stdout.isTTY ? '1' : ''
    })
  },

  build: (node, args) => turbo(node, ['run', 'build', ...args]),

  images: async (node, args) => {
    const code = await turbo(node, ['run', 'build', '--output-logs=errors-only'])
    return code || run(node, [join(root, 'deploy', 'images', 'src', 'main.ts'), ...args])
  },

  // Builds by itself, with the program above; some of the containers use a database.
  'test:images': (node, args) => testFolder(node, 'images', args, findDatabases()),

  'vm:build': async (node, args) => {
    const code = await turbo(node, ['run', 'build', '--filter=@bookinfo/details', '--output-logs=errors-only'])
    return code || run(node, [join(root, 'vm-images', 'src', 'vm-build.ts'), ...args])
  },

  'test:vm': async (node, args) => {
    const build = commands['vm:build']
    return (await build(node, ['details'])) || (await build(node, ['mysql'])) || testFolder(node, 'vm', args)
  },

  'vm:boot': (node, args) =>
    run(node, [join(root, 'vm-images', 'src', 'vm-boot.ts'), ...args], { patienceMs: MACHINE_PATIENCE_MS }),

  boundaries: (node, args) => turbo(node, ['boundaries', ...args]),

  // A task for each core: tests that wait for a process or a browser suffer when everything runs at once.
  test: (node, args) =>
    turbo(node, ['run', 'typecheck', 'lint', 'test', '--concurrency=100%', ...args], {
      BOOKINFO_CHROMIUM: findChromium(),
      ...findDatabases()
    })
}

/** Runs tests that have a configuration of their own. */
function testFolder(node, folder, args, env = {}) {
  const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const config = join(root, 'test', folder, 'vitest.config.ts')
  return run(node, [program, 'run', '--config', config, ...args], { cwd: join(root, 'test'), env })
}

async function main() {
  const [name, ...args] = process.argv.slice(2)
  const command = Object.keys(commands).includes(name) ? commands[name] : undefined
  if (!command) fail(`usage: node suite/bin/bootstrap.mjs ${Object.keys(commands).join('|')} [arguments]`)
  await installIfNeeded()
  const node = chooseNode()
  process.exitCode = await command(node, args)
}

void main()
