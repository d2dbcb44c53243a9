import { existsSync } from 'fs'
import { join } from 'path'
import { root, run } from './run.mjs'

const quiet = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }

/**
 * Runs turbo. Its own start script is deaf to signals while it waits, so the program behind it is started directly; and
 * in a group of its own, as it kills its tasks if it hears of Ctrl-C twice, from the terminal and from here.
 */
export function turbo(node, args, variables) {
  const options = { env: { ...quiet, ...variables }, detached: process.platform !== 'win32' }
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const chip = process.arch === 'x64' ? '64' : process.arch
  const file = system === 'windows' ? 'turbo.exe' : 'turbo'
  const program = join(root, 'node_modules', '@turbo', `${system}-${chip}`, 'bin', file)
  if (existsSync(program)) return run(program, args, options)
  return run(node, [join(root, 'node_modules', 'turbo', 'bin', 'turbo'), ...args], options)
}
