import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, vi } from 'vitest'

export const workspace = join(import.meta.dirname, '../..')

/** On a machine that has nothing else to do it is two seconds; tests run beside other tests. */
const SOON_MS = 45_000

/** A program of this workspace as a terminal would start it: in a process group of its own. */
export interface Program extends AsyncDisposable {
  pid: number
  readonly stdout: string
  readonly stderr: string
  /** Its exit code, or the signal that ended it. */
  ended: Promise<unknown>
  /** Resolves when it has written a text to stdout. */
  says(text: string): Promise<void>
  /** Sends a signal to the program alone. */
  signal(name: NodeJS.Signals): void
  /** What the end of a pipe does that has read enough. */
  stopReading(): void
  /** What the terminal does on Ctrl-C. */
  pressCtrlC(): void
}

export function startProgram(script: string, args: readonly string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: workspace,
    env: { ...neutralEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`cannot start ${script}`)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  return {
    pid,
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    ended,
    async says(text) {
      const says = () => stdout.includes(text) || child.exitCode !== null
      // Who waits in vain wants to see what it wrote instead.
      await vi.waitUntil(says, { timeout: 50_000, interval: 20 }).catch(() => undefined)
      expect(stdout + stderr).toContain(text)
    },
    signal: (name) => void child.kill(name),
    stopReading: () => void child.stdout.destroy(),
    pressCtrlC: () => void process.kill(-pid, 'SIGINT'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    }
  }
}

/** This process's environment without what would change what the suite does. */
export function neutralEnv(): NodeJS.ProcessEnv {
  const changing = /^(OTEL_.*|TRACE_UI_URL|LOG_LEVEL|NO_COLOR)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !changing.test(name)))
}

export interface ProcessInfo {
  pid: number
  parent: number
  command: string
}

/** All processes that started from one, itself left out. */
export function descendantsOf(pid: number): ProcessInfo[] {
  const all = listProcesses()
  const below = (parent: number): ProcessInfo[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)])
  return below(pid)
}

/** Processor time that a program and all that it started have taken so far, those that are gone left out. */
export function cpuSeconds(pid: number): number {
  const pids = [pid, ...descendantsOf(pid).map((each) => each.pid)]
  const times = execFileSync('ps', ['-o', 'time=', '-p', pids.join(',')], { encoding: 'utf8' })
    .trim()
    .split('\n')
  // Days, hours, minutes and seconds, as far as there are any: 1-02:03:04.
  const inSeconds = (time: string) =>
    time.split(/[-:]/).reduce((sum, part, index, all) => {
      const unit = [1, 60, 3_600, 86_400][all.length - 1 - index] ?? 0
      return sum + Number(part) * unit
    }, 0)
  return times.map(inSeconds).reduce((sum, seconds) => sum + seconds, 0)
}

/** Fails unless all the processes are gone soon. */
export async function expectGone(processes: readonly ProcessInfo[]): Promise<void> {
  const pids = new Set(processes.map(({ pid }) => pid))
  const left = () => listProcesses().filter(({ pid }) => pids.has(pid))
  await expect.poll(left, { timeout: SOON_MS, interval: 50 }).toEqual([])
}

function listProcesses(): ProcessInfo[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n')
  return lines.flatMap((line) => {
    const [, pid, parent, state = '', command = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? []
    // A zombie runs no more; it waits for its new parent to look.
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
}
