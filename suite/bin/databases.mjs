import { existsSync, readdirSync } from 'fs'
import { delimiter, join } from 'path'
import { fail } from './run.mjs'

/** Debian has PostgreSQL's server where only its own scripts look, by version. */
const postgresFolders = '/usr/lib/postgresql'

const servers = [
  { name: 'MariaDB', variable: 'BOOKINFO_MARIADB', program: 'mariadbd', folders: ['/usr/sbin', '/usr/local/sbin'] },
  { name: 'PostgreSQL', variable: 'BOOKINFO_POSTGRES', program: 'postgres', folders: versionsIn(postgresFolders) },
  { name: 'PgBouncer', variable: 'BOOKINFO_PGBOUNCER', program: 'pgbouncer', folders: ['/usr/sbin'] },
  // Debian has none, so a stand-in takes its place.
  { name: 'MongoDB', variable: 'BOOKINFO_MONGOD', program: 'mongod', folders: [], hasStandIn: true }
]

/**
 * Finds the database servers for the tests that need them. Those of a server that is not there are left out, but not in CI.
 *
 * @returns the variables that tell the tests; an empty one says that there is none
 */
export function findDatabases() {
  return Object.fromEntries(servers.map((server) => [server.variable, find(server)]))
}

function find({ name, variable, program, folders, hasStandIn }) {
  const wanted = process.env[variable]
  if (wanted && !existsSync(wanted)) fail(`${variable} names no file: ${wanted}`)
  if (wanted) return wanted

  const places = [...folders, ...(process.env.PATH || '').split(delimiter).filter(Boolean)]
  const found = places.map((folder) => join(folder, program)).find(existsSync)
  if (found) return found

  const advice = `install ${name}, or set ${variable} to the path of ${program}.`
  if (process.env.CI && !hasStandIn) {
    fail(`there is no ${name}, and in CI the tests against it may not be left out: ${advice}`)
  }
  const instead = hasStandIn ? 'its tests run against a stand-in' : 'the tests against it are left out'
  process.stderr.write(`bookinfo: there is no ${name}, so ${instead}. To have them, ${advice}\n`)
  return ''
}

function versionsIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((version) => join(folder, version, 'bin')) : []
}
