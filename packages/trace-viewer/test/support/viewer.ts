import { loadConfig } from '@bookinfo/service-kit'
import { ask, collectLog, type TestResponse, type LogLine } from '@bookinfo/service-kit/testing'
import { buildApp } from '../../src/app.ts'
import { TraceViewerConfig } from '../../src/config.ts'
import type { OtlpRequest } from './otlp-request.ts'

export interface ViewerOptions {
  /** Settings, as an operator would give them. */
  env?: Record<string, string>
  /** Milliseconds since 1970. */
  now?: () => number
}

export interface RunningViewer extends AsyncDisposable {
  /** Of the pages and the read API. */
  origin: string
  /** Of the receiver. */
  otlpOrigin: string
  /** Sends spans as JSON, and insists that they are taken. */
  send(request: OtlpRequest): Promise<void>
  /** What the read API answers. */
  read(path: string): Promise<TestResponse>
  readonly errors: LogLine[]
}

/** Starts the viewer on two free ports; disposing of it stops it and fails if it has logged an error. */
export async function startViewer({ env = {}, now }: ViewerOptions = {}): Promise<RunningViewer> {
  const log = collectLog()
  const config = loadConfig(TraceViewerConfig, env, [])
  const { ui, receiver } = buildApp(config, { logStream: log.stream, ...(now && { now }) })
  const origin = await ui.listen({ host: '127.0.0.1', port: 0 })
  const otlpOrigin = await receiver.listen({ host: '127.0.0.1', port: 0 })
  return {
    origin,
    otlpOrigin,
    async send(request) {
      const headers = { 'content-type': 'application/json' }
      const answer = await ask(otlpOrigin, '/v1/traces', { method: 'POST', headers, body: JSON.stringify(request) })
      if (answer.status !== 200) throw new Error(`spans were refused: ${JSON.stringify(answer)}`)
    },
    read: (path) => ask(origin, path),
    get errors() {
      return log.errors()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([ui.close(), receiver.close()])
      if (log.errors().length > 0) throw new Error(`unexpected errors in the log: ${JSON.stringify(log.errors())}`)
    }
  }
}
