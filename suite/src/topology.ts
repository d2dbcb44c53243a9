import { randomUUID } from 'node:crypto'
import { join, resolve } from 'node:path'

/** What runs on one machine, in the order of the ports: the first has the base port, each next one the port after. */
const suite: readonly Entry[] = [
  {
    service: 'productpage',
    version: 'v1',
    path: '/productpage',
    purpose: 'the page that people see',
    calls: ['details', 'reviews', 'ratings'],
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
    calls: ['ratings'],
    env: { ENABLE_RATINGS: 'true', STAR_COLOR: 'black' }
  },
  {
    service: 'reviews',
    version: 'v3',
    path: '/reviews/0',
    purpose: 'reviews with red stars',
    calls: ['ratings'],
    env: { ENABLE_RATINGS: 'true', STAR_COLOR: 'red' }
  }
]

interface Entry {
  /** Folder below `services/`. */
  service: string
  version: string
  /** What to look at with a browser or curl. */
  path: string
  purpose: string
  /** Services whose addresses it is given: every version of each, to be asked in turn. */
  calls?: readonly string[]
  env?: Readonly<Record<string, string>>
}

/** An entry with its place on this machine: all that is needed to start it and to talk about it. */
export interface Place extends Entry {
  /** Service and version, as in the names of the original's deployments. */
  name: string
  port: number
  main: string
  env: Readonly<Record<string, string>>
}

export const DEFAULT_BASE_PORT = 9080
export const SUITE_SIZE = suite.length

/** Only this machine may ask; a cluster is the place for more. */
export const HOST = '127.0.0.1'

export const ROOT = resolve(import.meta.dirname, '../..')

/** Below the two seconds in which Ctrl-C ends everything. */
const SHUTDOWN_BUDGET_MS = 1_000

/** Places the suite on the ports from `basePort` on. */
export function placeSuite(basePort: number): Place[] {
  return suite.map((entry, index) => {
    const name = `${entry.service}-${entry.version}`
    const common = {
      PORT: String(basePort + index),
      HOST,
      SERVICE_VERSION: entry.version,
      // The page shows it as the pod.
      HOSTNAME: `${name}-local`,
      SHUTDOWN_BUDGET_MS: String(SHUTDOWN_BUDGET_MS),
      SERVICES_DOMAIN: ''
    }
    const main = join(ROOT, 'services', entry.service, 'src/main.ts')
    return {
      ...entry,
      name,
      port: basePort + index,
      main,
      env: { ...common, ...addresses(entry, basePort), ...entry.env }
    }
  })
}

function addresses({ calls = [] }: Entry, basePort: number): Record<string, string> {
  const hostnames = (called: string): string =>
    suite.flatMap(({ service }, index) => (service === called ? [`${HOST}:${basePort + index}`] : [])).join(',')
  return Object.fromEntries(calls.map((called) => [`${called.toUpperCase()}_HOSTNAME`, hostnames(called)]))
}
