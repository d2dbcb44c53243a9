import { Type } from 'typebox'
import { Create } from 'typebox/value'
import { startTracing, telemetrySettings, type TelemetryConfig, type Tracing } from '../../src/index.ts'

export interface StartedTracing extends AsyncDisposable {
  tracing: Tracing
  warnings: string[]
}

/** The settings with their defaults, but for those that are given. */
export function settingsWith(given: Partial<TelemetryConfig>): TelemetryConfig {
  return { ...Create(Type.Object(telemetrySettings)), ...given }
}

/** Trace mode, as a service starts it. */
export async function startWith(given: Partial<TelemetryConfig>): Promise<StartedTracing> {
  const warnings: string[] = []
  const identity = { service: 'reviews', version: 'v2', pod: 'reviews-v2-pod' }
  const tracing = await startTracing(settingsWith(given), identity, (warning) => warnings.push(warning))
  return { tracing, warnings, [Symbol.asyncDispose]: () => tracing.shutdown(2_000) }
}

/** Runs one request without a caller, which leaves one span. */
export function runRequest(tracing: Tracing): void {
  const request = { method: 'GET', route: '/reviews/:id', headers: {}, rawHeaders: [], onCallEnd: () => undefined }
  tracing.startRequest(request).end(200)
}
