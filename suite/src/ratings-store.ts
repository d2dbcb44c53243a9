import { Failure } from '@bookinfo/cli'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { ROOT, type Change } from './topology.ts'

/** What ratings v2 can keep its stars in. */
export const ratingsStores = ['sqlite', 'mysql', 'mongodb', 'postgres'] as const
export type RatingsStore = (typeof ratingsStores)[number]

/** The versions of ratings that are wrong on purpose; their stars are in memory, as those of v1. */
export const ratingsVariants = ['v-faulty', 'v-delayed', 'v-unavailable', 'v-unhealthy'] as const
type RatingsVariant = (typeof ratingsVariants)[number]

const wrongs: Record<RatingsVariant, string> = {
  'v-faulty': 'refuses half of all reads',
  'v-delayed': 'delays half of all reads by 7 s',
  'v-unavailable': 'refuses all reads in every second minute',
  'v-unhealthy': 'refuses all reads for every second 15 minutes'
}

/** What `--ratings` takes. */
export const ratingsChoices = [...ratingsStores, ...ratingsVariants] as const
export type RatingsChoice = (typeof ratingsChoices)[number]
/** What ratings are, with or without the option. */
export type RatingsVersion = RatingsChoice | 'v1'

/** A server that a person has at hand, and what to do who has none. */
interface Server {
  name: string
  host?: string
  port?: string
  defaultPort: number
  start: string
  /** Settings that say where it is. */
  where: string
}

const servers: Record<Exclude<RatingsStore, 'sqlite'>, Server> = {
  mysql: {
    name: 'MySQL or MariaDB',
    host: 'MYSQL_DB_HOST',
    port: 'MYSQL_DB_PORT',
    defaultPort: 3306,
    start: 'docker run --rm -p 3306:3306 -e MARIADB_ROOT_PASSWORD=secret mariadb, with MYSQL_DB_PASSWORD=secret',
    where: 'MYSQL_DB_HOST, MYSQL_DB_PORT and MYSQL_DB_USER'
  },
  postgres: {
    name: 'PostgreSQL',
    host: 'POSTGRES_DB_HOST',
    port: 'POSTGRES_DB_PORT',
    defaultPort: 5432,
    start: 'docker run --rm -p 5432:5432 -e POSTGRES_PASSWORD=secret postgres, with POSTGRES_DB_PASSWORD=secret',
    where: 'POSTGRES_DB_HOST, POSTGRES_DB_PORT and POSTGRES_DB_USER'
  },
  mongodb: {
    name: 'MongoDB',
    defaultPort: 27_017,
    start: 'docker run --rm -p 27017:27017 mongo',
    where: 'MONGO_DB_URL'
  }
}

const HOST = 'localhost'
const CONNECT_MS = 2_000

/** What `--ratings` changes of the suite: v1, which remembers stars until it ends, gives way to v2 or to a wrong version. */
export function changeRatings(store: RatingsChoice, env: NodeJS.ProcessEnv): Change {
  if (isVariant(store)) return { version: store, purpose: `stars by reviewer; ${wrongs[store]}` }
  return { version: 'v2', purpose: `stars by reviewer, in ${store}`, env: { DB_TYPE: store, ...settings(store, env) } }
}

/**
 * Makes the folder of the file, or looks whether the server is there.
 *
 * @throws Failure saying how to start one
 */
export async function prepareRatings(store: RatingsChoice, env: NodeJS.ProcessEnv): Promise<void> {
  if (isVariant(store)) return
  if (store === 'sqlite') return void (await mkdir(dirname(sqliteFile(env)), { recursive: true }))
  // An address of the user's may name many hosts, or a name that only its library can resolve.
  if (store === 'mongodb' && hasMongoUrl(env)) return
  const server = servers[store]
  const host = (server.host && env[server.host]) || HOST
  const port = Number((server.port && env[server.port]) || server.defaultPort)
  // Ratings itself says what is wrong with a port that is none.
  if (!(port > 0 && port < 65_536) || (await answers(host, port))) return
  throw new Failure(
    `--ratings ${store} needs ${server.name}, and nothing answers at ${host}:${port}: start one (for example ` +
      `${server.start}), or say with ${server.where} where one is`
  )
}

function isVariant(choice: RatingsChoice): choice is RatingsVariant {
  return choice in wrongs
}

/** What ratings are told beside what the user has set. */
function settings(store: RatingsStore, env: NodeJS.ProcessEnv): Record<string, string> {
  switch (store) {
    case 'sqlite':
      return { SQLITE_DB_FILE: sqliteFile(env) }
    case 'mongodb':
      return hasMongoUrl(env) ? {} : { MONGO_DB_URL: `mongodb://${HOST}:${servers.mongodb.defaultPort}/test` }
    case 'mysql':
    case 'postgres':
      return {}
    default:
      return store satisfies never
  }
}

/** In the repository, easy to find and to throw away; a path of the user's counts from where npm was called. */
function sqliteFile(env: NodeJS.ProcessEnv): string {
  const own = env['SQLITE_DB_FILE']
  return own ? resolve(env['INIT_CWD'] ?? ROOT, own) : join(ROOT, '.data/ratings.db')
}

function hasMongoUrl(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['MONGO_DB_URL'] || env['MONGO_DB_URL_FILE'])
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = connect({ host, port, timeout: CONNECT_MS })
    const end = (isThere: boolean) => () => {
      socket.destroy()
      resolveAnswer(isThere)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })
}
