import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'vitest'
import { neutralEnv, workspace } from './program.ts'

export interface Terminal extends AsyncDisposable {
  readonly text: string
  /** Resolves when the text is on the screen. */
  shows(text: string): Promise<void>
  /** Types Ctrl-C. */
  pressCtrlC(): void
  ended: Promise<unknown>
}

/** Runs a program of this workspace on a terminal of its own, made by `script`, which every Unix has. */
export function openTerminal(command: string, args: readonly string[], env: Record<string, string> = {}): Terminal {
  const words = [command, ...args]
  // The same program by two families of authors. One asks a shell, and not every shell makes way for its only command:
  // the ones that stay end with 130 on Ctrl-C, whatever the command does.
  const scriptArgs =
    process.platform === 'darwin' ? ['-q', '/dev/null', ...words] : ['-qec', `exec ${words.join(' ')}`, '/dev/null']
  const child = spawn('script', scriptArgs, {
    cwd: workspace,
    env: { ...neutralEnv(), ...env },
    stdio: ['pipe', 'pipe', 'inherit']
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  return {
    get text() {
      return text
    },
    async shows(wanted) {
      const shows = () => text.includes(wanted) || child.exitCode !== null
      await expect.poll(shows, { timeout: 50_000, interval: 20 }).toBe(true)
      expect(text).toContain(wanted)
    },
    pressCtrlC: () => void child.stdin.write('\u0003'),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    }
  }
}
