import { calledBy } from '@bookinfo/contracts'
import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'

/** What runs on one machine, in the order of the ports: the first has the base port, each next one the port after. */
const suite: readonly Entry[] = [
  {
    service: 'productpage',
    version: 'v1',
    path: '/productpage',
    purpose: 'the page that people see',
    // Drawn here, so that people stay signed in when a change restarts the service.
    env: { SESSION_SECRET: randomUUID() }
  },
  { service: 'details', version: 'v1', path: '/details/0', purpose: 'facts about a book' },
  { service: 'ratings', version: 'v1', path: '/ratings/0', purpose: 'stars by reviewer' },
  {
    service: 'reviews',
    version: 'v1',
    path: '/reviews/0',
    purpose: 'reviews without stars',
    env: { ENABLE_RATINGS: 'false' }
  },
  {
    service: 'reviews',
    version: 'v2',
    path: '/reviews/0',
    purpose: 'reviews with black stars',
    env: { ENABLE_RATINGS: 'true', STAR_COLOR: 'black' }
  },
  {
    service: 'reviews',
    version: 'v3',
    path: '/reviews/0',
    purpose: 'reviews with red stars',
    env: { ENABLE_RATINGS: 'true', STAR_COLOR: 'red' }
  }
]

/** The versions of reviews that run beside each other. */
export const reviewsVersions = suite.flatMap(({ service, version }) => (service === 'reviews' ? [version] : []))

interface Entry {
  /** Folder below `services/`. */
  service: string
  version: string
  /** The path for a browser or curl. */
  path: string
  purpose: string
  env?: Readonly<Record<string, string>>
  /** The program instead of the service's `src/main.ts`: a path below the repository's root. */
  script?: string
  /** Milliseconds for its end, if it needs more than a process. */
  stopMs?: number
}

/** Changes that an option makes to the entries of a service. */
export type Change = Partial<Pick<Entry, 'version' | 'purpose' | 'env' | 'script' | 'stopMs'>>
/** By service. */
export type Changes = Readonly<Record<string, Change>>

/** An entry with its place on this machine: all that is needed to start it and to talk about it. */
export interface Place extends Entry {
  /** Service and version, as in the names of the original's deployments. */
  name: string
  port: number
  main: string
  env: Readonly<Record<string, string>>
}

/** The trace viewer: it takes the spans of all others, and none of them needs it. */
export interface ViewerPlace extends Place {
  /** Takes spans over OTLP/HTTP. */
  otlpPort: number
}

export const DEFAULT_BASE_PORT = 9080

/** What the suite takes from the base port on: one for each service, the trace viewer's two, and the lab's. */
export const PORT_COUNT = suite.length + 3

/** The viewer's ports beside the default base port, where people and tools look for Jaeger. */
const JAEGER_PORTS = { port: 16_686, otlpPort: 4318 }

/** Only this machine can reach the suite. */
export const HOST = '127.0.0.1'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Whether this is the npm package. It has bundles in place of sources, because Node runs no TypeScript in `node_modules`. */
export const IS_PACKAGE = import.meta.filename.endsWith('.js')

/** The command that starts the suite, before its options. */
export const COMMAND = IS_PACKAGE ? 'npx bookinfo' : 'npm start --'

/** Below the two seconds in which Ctrl-C ends everything. */
const SHUTDOWN_BUDGET_MS = 1_000

export interface SuiteVariant {
  /** Environment variables for all services. */
  env?: Readonly<Record<string, string>>
  changes?: Changes
  /** The mesh's port for the calls from one service to another; without it a service calls all versions itself, in turn. */
  meshPortOf?: (from: string, to: string) => number | undefined
}

/** Places the suite on the ports from `basePort` on. */
export function placeSuite(basePort: number, { env = {}, changes = {}, meshPortOf }: SuiteVariant = {}): Place[] {
  return suite.map((original, index) => {
    const entry = { ...original, ...changes[original.service] }
    const name = `${entry.service}-${entry.version}`
    const common = {
      ...commonEnv(basePort + index),
      SERVICE_VERSION: entry.version,
      // The page shows it as the pod.
      HOSTNAME: `${name}-local`,
      SERVICES_DOMAIN: ''
    }
    return {
      ...entry,
      name,
      port: basePort + index,
      main: join(ROOT, entry.script ?? programIn(`services/${entry.service}`)),
      env: { ...common, ...env, ...addresses(entry, basePort, meshPortOf), ...entry.env }
    }
  })
}

/** Places the trace viewer on Jaeger's ports, or after the services if those are not at their usual place either. */
export function placeViewer(basePort: number): ViewerPlace {
  const next = basePort + suite.length
  const { port, otlpPort } = basePort === DEFAULT_BASE_PORT ? JAEGER_PORTS : { port: next, otlpPort: next + 1 }
  return {
    service: 'trace-viewer',
    name: 'trace-viewer',
    version: '',
    path: '/',
    purpose: 'where the time of each request went',
    port,
    otlpPort,
    main: join(ROOT, programIn('packages/trace-viewer')),
    env: { ...commonEnv(port), OTLP_PORT: String(otlpPort) }
  }
}

/** The port of the lab's API: the last one. */
export function labPort(basePort: number): number {
  return basePort + PORT_COUNT - 1
}

function programIn(workspace: string): string {
  return join(workspace, IS_PACKAGE ? 'dist/main.js' : 'src/main.ts')
}

function commonEnv(port: number): Record<string, string> {
  return { PORT: String(port), HOST, SHUTDOWN_BUDGET_MS: String(SHUTDOWN_BUDGET_MS) }
}

/** The addresses of the services that an entry calls: the mesh, or every version of each, used in turn. */
function addresses(
  { service, version }: Entry,
  basePort: number,
  meshPortOf: SuiteVariant['meshPortOf'] = () => undefined
): Record<string, string> {
  const hostnames = (called: string): string => {
    const direct = suite.flatMap((entry, index) => (entry.service === called ? [basePort + index] : []))
    const meshPort = meshPortOf(service, called)
    return (meshPort === undefined ? direct : [meshPort]).map((port) => `${HOST}:${port}`).join(',')
  }
  return Object.fromEntries(
    calledBy(service, version).map((called) => [`${called.toUpperCase()}_HOSTNAME`, hostnames(called)])
  )
}
