import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Process extends AsyncDisposable {
  pid: number
  port: number
  kill(): Promise<void>
  /** Sends SIGTERM. @returns the exit status, once the whole log has been read */
  stop(): Promise<number | null>
}

export interface ProcessOptions {
  env: NodeJS.ProcessEnv
  /** The core that the process is pinned to; undefined if it is not. */
  core: number | undefined
  onLine?: (line: string) => void
}

const running = new Set<ChildProcess>()

// A command that fails leaves nothing behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a server with this Node and these environment variables alone. Resolves when it listens. */
export async function startProcess(
  name: string,
  program: readonly string[],
  { env, core, onLine }: ProcessOptions
): Promise<Process> {
  const node = [process.execPath, ...program]
  const [command = '', ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node]
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const closed = once(child, 'close').then(() => void running.delete(child))
  const listening = Promise.withResolvers<number>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    onLine?.(line)
    const [, found] = /Server listening on: http:\/\/0\.0\.0\.0:([0-9]+)/.exec(line) ?? []
    if (found !== undefined) listening.resolve(Number(found))
  })
  closed.then(() => listening.reject(new Error(`${name} has ended before it listened`)), listening.reject)
  const port = await listening.promise
  const kill = async () => {
    child.kill('SIGKILL')
    await closed
  }
  return {
    pid: child.pid ?? 0,
    port,
    kill,
    async stop() {
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
    [Symbol.asyncDispose]: kill
  }
}
