import { existsSync } from 'fs'
import { join } from 'path'
import { root, run } from './run.mjs'

const quiet = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }

/** Runs turbo. Its own start script is deaf to signals while it waits, so the program behind it is started directly. */
export function turbo(node, args, variables) {
  const env = { ...quiet, ...variables }
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const chip = process.arch === 'x64' ? '64' : process.arch
  const file = system === 'windows' ? 'turbo.exe' : 'turbo'
  const program = join(root, 'node_modules', '@turbo', `${system}-${chip}`, 'bin', file)
  if (existsSync(program)) return run(program, args, { env })
  return run(node, [join(root, 'node_modules', 'turbo', 'bin', 'turbo'), ...args], { env })
}
