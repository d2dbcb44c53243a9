import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleOf, sum } from './bench.ts'
import type { Contender } from './contenders.ts'
import { startProcess, type Process } from './process.ts'

export type ServiceName = 'productpage' | 'details' | 'reviews' | 'ratings'

const TICKS_PER_SECOND = 100
/** Shorter than the default: the spans of a round are sent before the next. */
export const EXPORT_DELAY_MS = 500

export interface Suite extends AsyncDisposable {
  contender: Contender
  /** Of productpage. */
  port: number
  ports: Record<ServiceName, number>
  pids: Record<ServiceName, number>
  /** Milliseconds of CPU time so far, of all threads of its four processes. */
  cpuMs(): number
  /** MiB; memory that several processes share counts once. */
  memoryMib(): number
  /** Starts one more productpage beside the first. @param flags for Node */
  another(env?: NodeJS.ProcessEnv, flags?: readonly string[]): Promise<Process>
}

export interface Surroundings {
  /** OTEL_EXPORTER_OTLP_ENDPOINT of suites with spans. */
  collector: string
  /** The core that all services are pinned to; undefined if they are not. */
  core: number | undefined
}

/** Starts the four services of a contender, whose page shows reviews v2. */
export async function startSuite(contender: Contender, around: Surroundings): Promise<Suite> {
  await using starting = new AsyncDisposableStack()
  const start = async (service: ServiceName, env: NodeJS.ProcessEnv = {}) =>
    starting.use(await startServer(contender, service, { ...around, env }))
  const ratings = await start('ratings')
  const details = await start('details')
  const reviews = await start('reviews', addressOf('RATINGS', ratings.port))
  const upstreams = { ...addressOf('DETAILS', details.port), ...addressOf('REVIEWS', reviews.port) }
  const pageEnv = { ...upstreams, ...addressOf('RATINGS', ratings.port) }
  const productpage = await start('productpage', pageEnv)
  const pids = { productpage: productpage.pid, details: details.pid, reviews: reviews.pid, ratings: ratings.pid }
  const started = starting.move()
  return {
    contender,
    port: productpage.port,
    ports: { productpage: productpage.port, details: details.port, reviews: reviews.port, ratings: ratings.port },
    pids,
    cpuMs: () => sum(Object.values(pids).map(cpuMsOf)),
    memoryMib: () => sum(Object.values(pids).map(memoryMibOf)),
    another: (env, flags) => startServer(contender, 'productpage', { ...around, env: { ...pageEnv, ...env }, flags }),
    [Symbol.asyncDispose]: () => started.disposeAsync()
  }
}

/** For Bookinfo a host with a port, and for the others a URL. */
function addressOf(name: string, port: number): NodeJS.ProcessEnv {
  return { [`${name}_HOSTNAME`]: `127.0.0.1:${port}`, [`${name}_URL`]: `http://127.0.0.1:${port}` }
}

/** Starts one service of a contender. */
export function startServer(
  contender: Contender,
  service: ServiceName,
  { collector, core, env, flags = [] }: Surroundings & { env: NodeJS.ProcessEnv; flags?: readonly string[] | undefined }
): Promise<Process> {
  const all = {
    HOST: '127.0.0.1',
    UPSTREAM_CONNECTIONS: contender.connections,
    SESSION_SECRET: 'not a secret, but for a bench',
    ...(service === 'reviews' && { ENABLE_RATINGS: 'true', STAR_COLOR: 'black', SERVICE_VERSION: 'v2' }),
    ...(contender.spans && {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_DELAY_MS)
    }),
    OTEL_SERVICE_NAME: service,
    ...env
  }
  return startProcess(`${service} of "${contender.name}"`, [...flags, ...programOf(contender, service)], {
    env: all,
    core
  })
}

function programOf({ program, connections }: Contender, service: ServiceName): string[] {
  if (program === 'bookinfo') return [bundleOf(service), '0']
  if (program === 'floor') return [localFile('minimal-suite.ts'), service, connections]
  return ['--import', localFile('auto-instrumentation.ts'), localFile('usual-suite.ts'), service]
}

function localFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

/** From /proc/PID/stat, whose fields follow the name in brackets: utime and stime are the 12th and 13th of them. */
export function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

/** The proportional share (PSS). */
export function memoryMibOf(pid: number): number {
  const [, kib] = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')) ?? []
  return Number(kib) / 1024
}
