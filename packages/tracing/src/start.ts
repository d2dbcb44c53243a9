import type { Identity } from './sdk.ts'
import { traceModeWanted, type TelemetryConfig } from './settings.ts'
import { forwardTracing, type Tracing } from './tracing.ts'

/** Trace mode if an exporter is configured, else forward mode, which must not even load the SDK. */
export async function startTracing(config: TelemetryConfig, identity: Identity): Promise<Tracing> {
  if (!traceModeWanted(config)) return forwardTracing
  const { startSdk } = await loadSdk()
  return startSdk(config, identity)
}

/** Trace mode cannot start; its message is one line for the person who asked for it. */
export class TracingError extends Error {}

async function loadSdk() {
  try {
    return await import('./sdk.ts')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    const message =
      'spans are asked for by OTEL_* settings, but telemetry.js does not lie beside main.js: put it there, or unset them'
    throw new TracingError(message, { cause: error })
  }
}
