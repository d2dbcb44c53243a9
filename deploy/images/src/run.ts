import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Failure } from './failure.ts'
import { stop } from './stop-signal.ts'

export const ROOT = join(import.meta.dirname, '../../..')

/** What a program may take to end when it is asked to; whoever asked this process waits for ten seconds. */
const END_MS = 8_000

/** Characters of what a program said that are told when it fails: the end, where the reason is. */
const TOLD = 4000

/**
 * Runs a program in the repository's root, to its end. A request to end that this process gets goes to all that the program
 * has started, which is waited for, and ended where it does not end.
 *
 * @returns what it wrote to stdout
 * @throws Failure with the end of what it said, if it fails or is not there; Stopped after a request to end
 */
export async function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  stop.throwIfAborted()
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, asked once: mmdebstrap by itself takes no signal, what it started does; and it may end its whole group.
    // Windows has no groups, and its Ctrl-C reaches all.
    detached: process.platform !== 'win32'
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
    throw new Failure(`${program} ${args[0] ?? ''} failed:\n${said.slice(-TOLD)}`)
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
    // It ended just now.
  }
}

/** Whether a program runs and succeeds. @throws Stopped after a request to end */
export async function works(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => {
      stop.throwIfAborted()
      return false
    }
  )
}
