import type { App } from '../../src/index.ts'
import type { CollectedLog } from './log.ts'
import { startApp, type StartOptions } from './running-app.ts'

/** Environment variables of a service, as an operator would set them. */
export type Env = Record<string, string>

/** A service that the tests can call; disposing of it stops it, and fails if it has logged an error. */
export interface RunningService extends AsyncDisposable {
  origin: string
  port: number
  log: Pick<CollectedLog, 'lines' | 'errors'>
}

/** Where services run: processes, containers or virtual machines. A runtime takes settings as an operator gives them. */
export type Runtime = (service: string, env: Env, options: StartOptions) => Promise<RunningService>

let chosen: Runtime | undefined

/**
 * Makes the tests start their services in another runtime than their own process. A test run calls this in a setup file;
 * the tests stay the same.
 */
export function runServicesIn(runtime: Runtime): void {
  chosen = runtime
}

type LogStream = CollectedLog['stream']

interface Startable<Config, Deps> {
  name: string
  load: (env: Env) => Config
  build: (config: Config, deps: Partial<Deps> & { logStream: LogStream }) => App
  /** Settings that a test may replace. */
  defaults?: Env
}

/**
 * Makes the function that starts one service by the settings of an operator, in this process or in the chosen runtime.
 * A test can replace clock, chance and time limits in this process only.
 */
export function serviceStarter<Config, Deps>({ name, load, build, defaults = {} }: Startable<Config, Deps>) {
  return (env: Env = {}, deps: Partial<Deps> = {}, options: StartOptions = {}): Promise<RunningService> => {
    const settings = { ...defaults, ...env }
    if (!chosen) return startApp((logStream) => build(load(settings), { ...deps, logStream }), options)
    if (Object.keys(deps).length > 0)
      throw new Error(`${Object.keys(deps).join(', ')}: only a service in this process can have that`)
    return chosen(name, settings, options)
  }
}

/** The two settings that hold the address of a service on this machine. */
export function addressOf(service: string, port: number): Env {
  return { [`${service.toUpperCase()}_HOSTNAME`]: '127.0.0.1', [`${service.toUpperCase()}_SERVICE_PORT`]: String(port) }
}
