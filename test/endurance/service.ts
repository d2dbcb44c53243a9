import { readdirSync } from 'node:fs'
import { bundleOf } from '../bench/bench.ts'
import { startProcess, type Process } from '../bench/process.ts'
import type { ServiceName } from '../bench/suite.ts'

export interface Service extends Process {
  /** Requests in its log, probes excepted. */
  readonly requests: number
  /** Lines of level `error` and `fatal`. */
  errors: string[]
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

/** Starts a built service, which inherits no environment variable. */
export async function startService(name: ServiceName, options: ServiceOptions = {}): Promise<Service> {
  const { env = {}, port = 0, core } = options
  const errors: string[] = []
  let requests = 0
  const running = await startProcess(name, [bundleOf(name), String(port)], {
    env: { HOST: '127.0.0.1', ...env },
    core,
    onLine(line) {
      if (line.includes('"duration_ms":')) requests += 1
      if (/"level":"(?:error|fatal)"/.test(line)) errors.push(line.slice(0, 500))
    }
  })
  return {
    ...running,
    get requests() {
      return requests
    },
    errors,
    handles: () => readdirSync(`/proc/${running.pid}/fd`).length
  }
}
