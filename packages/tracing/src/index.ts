import type { Identity } from './sdk.ts'
import { traceModeWanted, type TelemetryConfig } from './settings.ts'
import { forwardTracing, type Tracing } from './tracing.ts'

export type { Call, CallListener, EndedCall, StartCall, StartedCall } from './call.ts'
export type { LogIds, TraceIds } from './caller.ts'
export type { DatabaseCall, DatabaseFailure, EndDatabaseCall } from './database-spans.ts'
export { logIds } from './formats/formats.ts'
export { forOutside } from './outside-headers.ts'
export { forwardHeaders, withEndUser, type ForwardHeaders } from './forward.ts'
export { forwardedHeaderNames, headerGroups } from './headers.ts'
export { isAddressOrUnset, telemetrySettings, type TelemetryConfig } from './settings.ts'
export { forwardTracing, knownMethod } from './tracing.ts'
export type { IncomingRequest, RequestTrace, Sending, Tracing } from './tracing.ts'

/**
 * Trace mode if an exporter is configured. Otherwise forward mode, which must not even load the SDK.
 *
 * @param warn called for each `OTEL_*` variable that is ignored
 */
export async function startTracing(
  config: TelemetryConfig,
  identity: Identity,
  warn: (message: string) => void = () => undefined
): Promise<Tracing> {
  if (!traceModeWanted(config)) return forwardTracing
  const { startSdk } = await loadSdk()
  return startSdk(config, identity, warn)
}

/** Trace mode cannot start. The message is one line for the person who configured it. */
export class TracingError extends Error {}

async function loadSdk() {
  try {
    return await import('./sdk.ts')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    const message =
      'OTEL_* settings ask for spans, but telemetry.js is not in the folder of main.js: put it there, or unset them'
    throw new TracingError(message, { cause: error })
  }
}
