/** Databases of ratings v2. Each one answers its own versions of ratings only, and calls nobody. */
export const databases: readonly Database[] = [
  { name: 'mongodb', port: 27017, versions: ['v2'] },
  { name: 'mysqldb', port: 3306, versions: ['v2-mysql', 'v2-mysql-vm'] },
  { name: 'postgresdb', port: 5432, versions: ['v2-postgres'] }
]

export interface Database {
  /** The name of its Service, and the label `app` of its pods. */
  name: string
  port: number
  versions: readonly string[]
}

/** A version of ratings with a database has its own account, so that v1 cannot use the database. */
export function accountOf(version: string): string {
  return `bookinfo-ratings-${version}`
}

/** Labels of pods that a database component adds. Policies may name them without the component. */
export const databasePods: readonly Record<string, string>[] = databases.flatMap(({ name, versions }) => [
  { app: name },
  ...versions.map((version) => ({ app: 'ratings', version }))
])

/** The prefix of all paths that callers use. */
export function calledPath(to: string): string {
  return `/${to}/`
}

/** The public paths of productpage: those of the original's gateway, and those that the page links to. */
export const door = {
  exact: ['/', '/productpage', '/login', '/logout', '/docs', '/openapi.json'],
  prefix: ['/static', '/api/v1/products']
}

/** The port of every service, and its name. */
export const PORT = 9080
export const PORT_NAME = 'http'

/** The paths of probes. */
export const probePaths = { startupProbe: '/livez', livenessProbe: '/livez', readinessProbe: '/readyz' }

/** Secrets that a person creates, with their keys. The README of a component says how. */
export const secretsByHand: Readonly<Record<string, readonly string[]>> = {
  'bookinfo-session': ['secret'],
  'mysql-credentials': ['rootpasswd', 'password'],
  'mongodb-credentials': ['rootpasswd', 'password', 'url'],
  'postgres-credentials': ['rootpasswd', 'password'],
  'mysqldb-v1-userdata': ['userdata']
}
