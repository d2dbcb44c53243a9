import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']
/** Milliseconds between two looks whether npm still runs. */
const LOOK_MS = 250
/** Milliseconds for a program to end; the suite needs at most two seconds. */
const PATIENCE_MS = 10_000

const parent = process.ppid
const startedByNpm = 'npm_lifecycle_event' in process.env

/** Ends the process with one line that says what to do. */
export function fail(line) {
  process.stderr.write(`bookinfo: ${line}\n`)
  process.exit(1)
}

/**
 * Runs a program in the repository's root, with the repository's own tools first on its path. Signals that ask this process to
 * end are passed on, and the end of npm counts as one, so that the program never outlives them.
 *
 * @param options of `spawn`; `env` is added to the environment, `onOutput` gets what is written to pipes,
 *   `patienceMs` is the time to end before the program is killed
 * @returns its exit code
 */
export function run(program, args, { env, onOutput, patienceMs = PATIENCE_MS, ...options } = {}) {
  const path = join(root, 'node_modules/.bin') + delimiter + (process.env.PATH ?? '')
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path, ...env },
    ...options
  })
  for (const stream of [child.stdout, child.stderr]) if (onOutput) stream?.on('data', onOutput)

  // Once, because a program may understand a second signal as "at once".
  let asked = false
  const passOn = () => {
    if (asked) return
    asked = true
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), patienceMs).unref()
  }
  for (const signal of endingSignals) process.on(signal, passOn)
  const watch = setInterval(() => startedByNpm && process.ppid !== parent && passOn(), LOOK_MS)
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`cannot run ${program}: ${error.message}`))
    child.on('close', (code, signal) => {
      clearInterval(watch)
      for (const each of endingSignals) process.removeListener(each, passOn)
      resolve(signal ? 128 + constants.signals[signal] : code)
    })
  })
}

/**
 * Runs turbo. Its start script ignores signals while it waits, so its program is started directly. It has a process group of
 * its own, because it kills its tasks if it gets Ctrl-C twice: from the terminal and from here.
 */
export function turbo(node, args, variables) {
  const env = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', ...variables }
  const chip = process.arch === 'x64' ? '64' : process.arch
  const program = join(root, 'node_modules/@turbo', `${process.platform}-${chip}`, 'bin/turbo')
  const script = join(root, 'node_modules/turbo/bin/turbo')
  return existsSync(program)
    ? run(program, args, { env, detached: true })
    : run(node, [script, ...args], { env, detached: true })
}
