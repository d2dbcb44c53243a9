import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ConnectionUse, Variant } from './variants.ts'

const NEWLINE = 10

export interface ServerOptions {
  ratingsPort: number
  /** OTEL_EXPORTER_OTLP_ENDPOINT of the server. */
  collector: string
  connections: ConnectionUse
  /** The core that it is pinned to; undefined if it is not. */
  core: number | undefined
}

export interface ServerUnderTest extends AsyncDisposable {
  port: number
  /** Microseconds of CPU time so far, of all its threads. */
  cpuTime(): Promise<number>
  /** Lines in the log so far. */
  logLines(): number
}

/** Starts the floor, or the bundle of reviews v2 with its default settings and its log in a pipe. */
export async function startServer(variant: Variant, options: ServerOptions): Promise<ServerUnderTest> {
  const { ratingsPort, collector, connections, core } = options
  const preloads = [localFile('cpu-usage.ts'), ...(variant.instrumented ? [localFile('auto-instrumentation.ts')] : [])]
  const program =
    variant.program === 'floor'
      ? [localFile('floor.ts'), `http://127.0.0.1:${ratingsPort}`, connections]
      : [localFile('../../../services/reviews/dist/main.js'), '0']
  const node = [process.execPath, ...preloads.flatMap((file) => ['--import', file]), ...program]
  const [command = '', ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node]
  const child = spawn(command, args, {
    env: {
      HOST: '127.0.0.1',
      ENABLE_RATINGS: 'true',
      STAR_COLOR: 'black',
      SERVICE_VERSION: 'v2',
      RATINGS_HOSTNAME: `127.0.0.1:${ratingsPort}`,
      UPSTREAM_CONNECTIONS: connections,
      // Shorter than the default: the spans of a round have to arrive before the next.
      ...(variant.spans > 0 && { OTEL_EXPORTER_OTLP_ENDPOINT: collector, OTEL_BSP_SCHEDULE_DELAY: '500' })
    },
    // The server ends when the channel closes, even if the bench was killed.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc']
  })
  const exit = once(child, 'exit')
  const log = countLines(child.stdout)
  const port = await Promise.race([
    log.port,
    exit.then(() => Promise.reject(new Error(`${variant.name} has ended before it listened`)))
  ])
  return {
    port,
    logLines: log.lines,
    async cpuTime() {
      child.send('')
      const [microseconds] = await once(child, 'message')
      return Number(microseconds)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exit
    }
  }
}

function countLines(output: Readable | null) {
  let lines = 0
  let start = ''
  const port = new Promise<number>((resolve, reject) => {
    if (!output) return reject(new Error('the server was started without its output'))
    output.on('data', (bytes: Buffer) => {
      for (const byte of bytes) if (byte === NEWLINE) lines += 1
      if (start.length > 4_096) return
      start += bytes.toString()
      const [, found] = /Server listening on: http:\/\/0\.0\.0\.0:([0-9]+)/.exec(start) ?? []
      if (found !== undefined) resolve(Number(found))
    })
  })
  return { port, lines: () => lines }
}

function localFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
