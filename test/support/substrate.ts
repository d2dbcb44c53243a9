import type { CollectedLog, StartOptions } from '@bookinfo/service-kit/testing'

/** Environment variables of a service, as an operator would set them. */
export type Env = Record<string, string>

export type ServiceName = 'productpage' | 'details' | 'reviews' | 'ratings'

/** A service that the tests can ask; disposing of it stops it, and fails if it has logged an error. */
export interface RunningService extends AsyncDisposable {
  origin: string
  port: number
  log: Pick<CollectedLog, 'lines' | 'errors'>
}

/** What runs services: processes, containers or virtual machines. It takes settings as an operator gives them. */
export type Substrate = (service: ServiceName, env: Env, options: StartOptions) => Promise<RunningService>

let chosen: Substrate | undefined

/**
 * Makes the tests start their services somewhere else than in their own process. A run that wants so calls this in a setup
 * file; the tests are the same.
 */
export function runServicesIn(substrate: Substrate): void {
  chosen = substrate
}

export function chosenSubstrate(): Substrate | undefined {
  return chosen
}
