import { ConfigError, listen, run, type App, type LogOptions } from '@bookinfo/service-kit'
import { buildApp } from './app.ts'
import { TraceViewerConfig } from './config.ts'

// The viewer's own spans would make more of them for ever.
process.env['OTEL_SDK_DISABLED'] = 'true'

await run({ name: 'trace-viewer', schema: TraceViewerConfig, build: buildBoth })

/** The receiver lives and dies with the pages. */
function buildBoth(config: TraceViewerConfig, { logStream }: { logStream: LogOptions['stream'] }): App {
  const { ui, receiver } = buildApp(config, { logStream })
  ui.addHook('onReady', async () => {
    try {
      const port = await listen(receiver, config.HOST, config.OTLP_PORT)
      ui.log.info(`taking spans at http://${config.HOST}:${port}/v1/traces`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ConfigError(`OTLP_PORT must be a free port, got ${config.OTLP_PORT}: ${reason}`)
    }
  })
  ui.addHook('onClose', async () => receiver.close())
  return ui
}
