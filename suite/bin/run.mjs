import { spawn } from 'child_process'
import { constants } from 'os'
import { delimiter, dirname, join } from 'path'
import { fileURLToPath } from 'url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** How often to look whether npm is still there. */
const LOOK_MS = 250

/** What a program may take to end; the suite takes two seconds at most. */
const PATIENCE_MS = 10_000

const parent = process.ppid
const startedByNpm = 'npm_lifecycle_event' in process.env

/** Ends the process with one line that says what to do. */
export function fail(line) {
  process.stderr.write(`bookinfo: ${line}\n`)
  process.exit(1)
}

/**
 * Runs a program in the repository's root, with the repository's own tools first on its path. Signals that ask this process
 * to end are passed on, and npm's own end counts as one: nobody who stops either may leave the program behind.
 *
 * @param options of `spawn`; `env` is added to the environment, `onOutput` gets what is written to pipes,
 *   `patienceMs` is what it may take to end
 * @returns its exit code
 */
export function run(program, args, { env, onOutput, patienceMs = PATIENCE_MS, ...options } = {}) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...toolsFirst(), ...env }, ...options })
  for (const stream of [child.stdout, child.stderr]) if (stream && onOutput) stream.on('data', onOutput)

  // Once, as a program may take a second request as "at once".
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

function toolsFirst() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') || 'PATH'
  return { ...process.env, [name]: join(root, 'node_modules', '.bin') + delimiter + (process.env[name] || '') }
}
