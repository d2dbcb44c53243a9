import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { bundleOf } from '../bench/bench.ts'
import type { ServiceName } from '../bench/suite.ts'

export interface Service extends AsyncDisposable {
  pid: number
  port: number
  /** Requests in its log, probes excepted. */
  requests: number
  /** Lines of level `error` and `fatal`. */
  errors: string[]
  kill(): Promise<void>
  /** Sends SIGTERM. @returns the exit status, once the whole log has been read */
  stop(): Promise<number | null>
  /** Open files and sockets. */
  handles(): number
}

export interface ServiceOptions {
  env?: Record<string, string>
  /** A free one if absent. */
  port?: number
  /** The core that the process is pinned to. */
  core?: number
}

const running = new Set<ChildProcess>()

// A command that fails leaves nothing behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a built service, which inherits no environment variable. */
export async function startService(name: ServiceName, options: ServiceOptions = {}): Promise<Service> {
  const { env = {}, port = 0, core } = options
  const node = [process.execPath, bundleOf(name), String(port)]
  const [command = '', ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node]
  const child = spawn(command, args, { env: { HOST: '127.0.0.1', ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  running.add(child)
  const closed = once(child, 'close').then(() => void running.delete(child))
  const listening = Promise.withResolvers<number>()
  const service = {
    pid: child.pid ?? 0,
    port: 0,
    requests: 0,
    errors: new Array<string>(),
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
    async stop() {
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
    handles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    [Symbol.asyncDispose]: () => service.kill()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('"duration_ms":')) service.requests += 1
    if (/"level":"(?:error|fatal)"/.test(line)) service.errors.push(line.slice(0, 500))
    const [, found] = /Server listening on: http:\/\/0\.0\.0\.0:([0-9]+)/.exec(line) ?? []
    if (found !== undefined) listening.resolve(Number(found))
  })
  void closed.then(() => listening.reject(new Error(`${name} has ended before it listened`)))
  service.port = await listening.promise
  return service
}
