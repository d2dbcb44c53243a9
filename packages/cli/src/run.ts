import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Failure } from './failure.ts'
import { stop } from './stop-signal.ts'

export const ROOT = join(import.meta.dirname, '../../..')

/** Milliseconds for a program to end after a stop signal. npm waits for ten seconds. */
const END_MS = 8_000

/** Characters of a failed program's output in the error message: the end, where the reason is. */
const SHOWN = 4000

/**
 * Runs a program to its end, in the repository's root or another folder. A stop signal is passed on to the program and all that it
 * started; what does not end in time is killed.
 *
 * @returns its stdout
 * @throws Failure with the end of its stderr, if it fails or does not exist; Stopped after a stop signal
 */
export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = ROOT
): Promise<string> {
  stop.throwIfAborted()
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, which gets the signal as a whole: mmdebstrap itself ignores it, the programs that it starts do not.
    detached: true
  })
  let overdue: NodeJS.Timeout | undefined
  const endGroup = () => {
    signalGroup(child.pid, 'SIGTERM')
    overdue = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), END_MS)
  }
  stop.addEventListener('abort', endGroup)
  try {
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close')
    ])
    stop.throwIfAborted()
    if (code === 0) return stdout
    throw new Error(stderr.trim() || (code === null ? `signal ${signal}` : `status ${code}`))
  } catch (error) {
    stop.throwIfAborted()
    const said = error instanceof Error ? error.message : String(error)
    throw new Failure(`${program} ${args[0] ?? ''} failed:\n${said.slice(-SHOWN)}`)
  } finally {
    stop.removeEventListener('abort', endGroup)
    clearTimeout(overdue)
  }
}

function signalGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch {
    // The group has just ended.
  }
}

/** Whether a program exists and succeeds. @throws Stopped after a stop signal */
export async function works(program: string, args: readonly string[], env?: Record<string, string>): Promise<boolean> {
  return run(program, args, env).then(
    () => true,
    () => {
      stop.throwIfAborted()
      return false
    }
  )
}
