import { listen, type App } from '../../src/index.ts'
import { collectLog, type CollectedLog } from './log.ts'

export interface RunningApp extends AsyncDisposable {
  app: App
  origin: string
  port: number
  log: CollectedLog
}

export interface StartOptions {
  /** For tests that provoke a failure: without it an error in the log fails the test. */
  errorsExpected?: boolean | undefined
}

/** Listens with an app on a free port; disposing of it stops it and fails if it has logged an error. */
export async function startApp(
  build: (logStream: CollectedLog['stream']) => App,
  { errorsExpected = false }: StartOptions = {}
): Promise<RunningApp> {
  const log = collectLog()
  const app = build(log.stream)
  const port = await listen(app, '127.0.0.1', 0)
  return {
    app,
    origin: `http://127.0.0.1:${port}`,
    port,
    log,
    async [Symbol.asyncDispose]() {
      const closed = app.close()
      app.server.closeAllConnections()
      await closed
      const errors = log.errors()
      if (errors.length > 0 && !errorsExpected)
        throw new Error(`unexpected errors in the log: ${JSON.stringify(errors)}`)
    }
  }
}
