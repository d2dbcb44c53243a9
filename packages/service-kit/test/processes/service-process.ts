import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { LogLine } from '../support/index.ts'

export interface ServiceProcess extends AsyncDisposable {
  child: ChildProcess
  /** Reads on until a line with this message has come. */
  logged(message: string): Promise<LogLine>
  /** All that it writes on stdout, for what logs nothing. */
  output(): Promise<string>
  /** How it ended, and all that it has written on stderr. */
  ended: Promise<{ code: number | null; signal: string | null; stderr: string }>
}

export interface StartedService extends ServiceProcess {
  origin: string
  port: number
}

/** Starts the service as the process that it is in production; it inherits nothing from the environment of the tests. */
export function spawnService(env: Record<string, string>, args: string[] = []): ServiceProcess {
  const child = fork(new URL('service.ts', import.meta.url), args, { env, execArgv: [], silent: true })
  let lines: AsyncIterator<string> | undefined
  const exit = once(child, 'exit')
  const ended = Promise.all([exit, text(must(child.stderr))]).then(([[code, signal], stderr]) => ({
    code,
    signal,
    stderr
  }))
  return {
    child,
    ended,
    output: () => text(must(child.stdout)),
    async logged(message) {
      lines ??= createInterface({ input: must(child.stdout) })[Symbol.asyncIterator]()
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`the process has ended without the line "${message}"`)
        const line: LogLine = JSON.parse(value)
        if (line.msg.includes(message)) return line
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exit
    }
  }
}

/** The same, listening on a free port. */
export async function startService(env: Record<string, string> = {}): Promise<StartedService> {
  const service = spawnService({ HOST: '127.0.0.1', PORT: '0', ...env })
  const { msg } = await service.logged('Server listening on')
  const port = Number(msg.split(':').at(-1))
  return { ...service, port, origin: `http://127.0.0.1:${port}` }
}

function must<T>(value: T | null): T {
  if (value === null) throw new Error('the process was started without its streams')
  return value
}
