import { startTracing, TracingError, type Tracing } from '@bookinfo/tracing'
import type { Static, TObject } from 'typebox'
import { collectDefaultMetrics } from 'prom-client'
import { ConfigError, loadConfig } from './config.ts'
import type { LogOptions } from '../telemetry/log.ts'
import { reportDroppedLines, reportSpans } from '../telemetry/losses.ts'
import type { App } from '../server/server.ts'
import { adviceFor, listen } from './listen.ts'
import { CommonConfig } from './settings.ts'
import { helpText } from './settings-table.ts'
import { stopGracefully } from './stop.ts'
import { openTerminalLog } from './terminal-log.ts'

export interface Service<T extends TObject> {
  name: string
  /** All settings of the service, including the common ones. */
  schema: T
  build: (config: Static<T>, deps: { tracing: Tracing; logStream: LogOptions['stream'] }) => App
}

/**
 * Runs a service as a process: settings from the environment, the port from the first argument, `--help`, listening,
 * stopping. If it cannot start, the process ends with status 1 after one line on stderr that says what to do.
 */
export async function run<T extends TObject>({ name, schema, build }: Service<T>): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv.includes('--help')) {
    process.stdout.write(helpText(name, schema))
    return
  }
  try {
    const warnings = new Set<string>()
    const config = loadConfig(schema, process.env, argv, (warning) => warnings.add(warning))
    // A service may have its own default for a common setting.
    const common = { ...loadConfig(CommonConfig, process.env, argv), ...config }
    const identity = { service: name, version: common.SERVICE_VERSION, pod: common.HOSTNAME }
    const tracing = await startTracing(common, identity, (warning) => warnings.add(warning))
    const app = build(config, { tracing, logStream: await openTerminalLog() })
    for (const warning of warnings) app.log.warn(warning)
    collectDefaultMetrics({ register: app.registry })
    // Before listening: a signal may come as soon as the port is open.
    stopGracefully(app, { delayMs: common.SHUTDOWN_DELAY_MS, budgetMs: common.SHUTDOWN_BUDGET_MS, tracing })
    reportDroppedLines(app.log)
    if (tracing.exporters.length > 0) reportSpans(app.log, tracing)
    const port = await listen(app, common.HOST, common.PORT)
    // Istio's documentation waits for these words of the original.
    app.log.info(`Server listening on: http://0.0.0.0:${port}`)
  } catch (error) {
    process.stderr.write(`${name}: ${explain(error)}\n`)
    process.exit(1)
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message} (--help lists all settings)`
  if (error instanceof TracingError) return error.message
  if (!(error instanceof Error)) return String(error)
  return adviceFor(error) ?? error.stack ?? error.message
}
