import { startTracing, TracingError, type Tracing } from '@bookinfo/tracing'
import type { Static, TObject } from 'typebox'
import { collectDefaultMetrics } from 'prom-client'
import { ConfigError, loadConfig } from './config.ts'
import { stdout } from '../telemetry/log-output.ts'
import type { LogOptions } from '../telemetry/log.ts'
import { CHECK_INTERVAL_MS, createLossReport } from '../telemetry/lost-spans.ts'
import type { App } from '../server/server.ts'
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
    reportDroppedLines(app)
    if (tracing.exporters.length > 0) reportSpans(app, tracing)
    const port = await listen(app, common.HOST, common.PORT)
    // Istio's documentation waits for these words of the original.
    app.log.info(`Server listening on: http://0.0.0.0:${port}`)
  } catch (error) {
    process.stderr.write(`${name}: ${explain(error)}\n`)
    process.exit(1)
  }
}

/** Logs how many lines were dropped while nobody read the log. */
function reportDroppedLines({ log }: App): void {
  const report = (): void => {
    const count = stdout.takeDropped()
    if (count > 0) log.warn({ dropped_lines: count }, 'log lines were dropped: nobody read them')
  }
  setInterval(report, CHECK_INTERVAL_MS).unref()
}

function reportSpans({ log }: App, tracing: Tracing): void {
  const { exporters } = tracing
  log.info({ exporters }, 'making spans')
  if (exporters.includes('jaeger'))
    log.warn('the exporter "jaeger" is no longer maintained: use otlp, which Jaeger takes')
  setInterval(createLossReport(log, tracing), CHECK_INTERVAL_MS).unref()
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message} (--help lists all settings)`
  if (error instanceof TracingError) return error.message
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `the port is in use by another program: stop that one, or set PORT to another (${error.message})`
  if (code === 'EACCES') return `this user may not listen on that port: set PORT to 1024 or more (${error.message})`
  if (code === 'EADDRNOTAVAIL')
    return `this machine has no such address: set HOST to one that it has (${error.message})`
  return error.stack ?? error.message
}

/** Every address of both families, by one socket where the kernel has IPv6. */
const ALL = '::'
const ALL_IPV4 = '0.0.0.0'

/**
 * Listens; on a machine without IPv6 "every address" means every IPv4 address.
 *
 * @returns the port; for 0, the one that was free
 */
export async function listen(app: App, host: string, port: number): Promise<number> {
  await app.ready()
  try {
    await open(app, host, port)
  } catch (error) {
    const noIpv6 = error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT'
    if (host !== ALL || !noIpv6) throw error
    await open(app, ALL_IPV4, port)
  }
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}

/** Connections that wait to be accepted. With Node's 511, a probe's connection is dropped when 2,000 come at once. */
const BACKLOG = 4096

async function open(app: App, host: string, port: number): Promise<void> {
  await app.listen({ host, port, backlog: BACKLOG, listenTextResolver: (address) => `socket open: ${address}` })
}
