import { existsSync, readdirSync } from 'fs'
import { delimiter, join } from 'path'
import { fail } from './run.mjs'

/** Debian has PostgreSQL's server where only its own scripts look, by version. */
const postgresFolders = '/usr/lib/postgresql'

const servers = [
  { name: 'MariaDB', variable: 'BOOKINFO_MARIADB', programs: ['mariadbd'], folders: ['/usr/sbin', '/usr/local/sbin'] },
  { name: 'PostgreSQL', variable: 'BOOKINFO_POSTGRES', programs: ['postgres'], folders: versionsIn(postgresFolders) }
]

/**
 * Finds the database servers for the tests that need them. Those of a server that is not there are left out, but not in CI.
 *
 * @returns the variables that tell the tests; an empty one says that there is none
 */
export function findDatabases() {
  return Object.fromEntries(servers.map((server) => [server.variable, find(server)]))
}

function find({ name, variable, programs, folders }) {
  const wanted = process.env[variable]
  if (wanted && !existsSync(wanted)) fail(`${variable} names no file: ${wanted}`)
  if (wanted) return wanted

  const places = [...folders, ...(process.env.PATH || '').split(delimiter).filter(Boolean)]
  const found = places.flatMap((folder) => programs.map((program) => join(folder, program))).find(existsSync)
  if (found) return found

  const advice = `install ${name}, or set ${variable} to the path of ${programs[0]}.`
  if (process.env.CI) fail(`there is no ${name}, and in CI the tests against it may not be left out: ${advice}`)
  process.stderr.write(`bookinfo: there is no ${name}, so the tests against it are left out. To have them, ${advice}\n`)
  return ''
}

function versionsIn(folder) {
  return existsSync(folder) ? readdirSync(folder).map((version) => join(folder, version, 'bin')) : []
}
