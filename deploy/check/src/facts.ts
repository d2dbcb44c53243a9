/** Databases of ratings v2: each answers its own versions of ratings and nobody else, and they call nobody. */
export const databases: readonly Database[] = [
  { name: 'mongodb', port: 27017, versions: ['v2'] },
  { name: 'mysqldb', port: 3306, versions: ['v2-mysql', 'v2-mysql-vm'] },
  { name: 'postgresdb', port: 5432, versions: ['v2-postgres'] }
]

export interface Database {
  /** Of its Service and of its pods' label `app`. */
  name: string
  port: number
  versions: readonly string[]
}

/** A version of ratings that has a database has an account of its own, as v1 have no business there. */
export function accountOf(version: string): string {
  return `bookinfo-ratings-${version}`
}

/** Labels of pods that only come with a database. Policies may name them before they are there. */
export const databasePods: readonly Record<string, string>[] = databases.flatMap(({ name, versions }) => [
  { app: name },
  ...versions.map((version) => ({ app: 'ratings', version }))
])

/** What an upstream call asks for: nothing but this prefix and what is below. */
export function calledPath(to: string): string {
  return `/${to}/`
}

/** What the outside may ask of productpage: what the original's gateway lets in, and what the page links to; no metrics, no probes. */
export const door = {
  exact: ['/', '/productpage', '/login', '/logout', '/docs', '/openapi.json'],
  prefix: ['/static', '/api/v1/products']
}

/** The port of every service, and its name. */
export const PORT = 9080
export const PORT_NAME = 'http'

/** What probes ask, by the probe's name. */
export const probePaths = { startupProbe: '/livez', livenessProbe: '/livez', readinessProbe: '/readyz' }

/** Secrets that a person creates, with their keys. The README of a component says how. */
export const secretsByHand: Readonly<Record<string, readonly string[]>> = {
  'bookinfo-session': ['secret'],
  'mysql-credentials': ['rootpasswd', 'password'],
  'mongodb-credentials': ['rootpasswd', 'password', 'url'],
  'postgres-credentials': ['rootpasswd', 'password'],
  'mysqldb-v1-userdata': ['userdata']
}
