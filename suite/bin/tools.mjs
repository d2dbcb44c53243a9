import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { buildFerretdb } from './ferretdb.mjs'
import { fail } from './run.mjs'

/** Debian has PostgreSQL's server where only its own scripts look, by version. */
const postgres = '/usr/lib/postgresql'

const browser = {
  name: 'Chromium',
  variable: 'BOOKINFO_CHROMIUM',
  programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'Google Chrome', 'Chromium'],
  folders: [
    '/usr/bin',
    '/usr/local/bin',
    '/snap/bin',
    '/Applications/Google Chrome.app/Contents/MacOS',
    '/Applications/Chromium.app/Contents/MacOS'
  ]
}

const databases = [
  { name: 'MariaDB', variable: 'BOOKINFO_MARIADB', programs: ['mariadbd'], folders: ['/usr/sbin', '/usr/local/sbin'] },
  {
    name: 'PostgreSQL',
    variable: 'BOOKINFO_POSTGRES',
    programs: ['postgres'],
    folders: existsSync(postgres) ? readdirSync(postgres).map((version) => join(postgres, version, 'bin')) : []
  },
  { name: 'PgBouncer', variable: 'BOOKINFO_PGBOUNCER', programs: ['pgbouncer'], folders: ['/usr/sbin'] }
]

/** Debian has no MongoDB. FerretDB speaks its protocol, and is built with Go. */
const mongod = { variable: 'BOOKINFO_MONGOD', programs: ['mongod'], folders: [] }
const go = {
  name: 'Go, which builds FerretDB for the tests of MongoDB,',
  variable: 'BOOKINFO_GO',
  programs: ['go'],
  folders: ['/usr/local/go/bin']
}

/**
 * Finds the browser and the database servers for tests. Without one of them its tests are left out, but not in CI.
 *
 * @returns the environment variables that name them for the tests; an empty one says that there is none
 */
export function findTestTools() {
  return { ...findDatabases(), ...findBrowser() }
}

export function findBrowser() {
  return { [browser.variable]: findOrReport(browser) }
}

function findDatabases() {
  const found = Object.fromEntries(databases.map((database) => [database.variable, findOrReport(database)]))
  const mongodb = find(mongod)
  const builder = mongodb ? '' : findOrReport(go)
  return { ...found, BOOKINFO_MONGOD: mongodb, BOOKINFO_FERRETDB: builder && buildFerretdb(builder) }
}

/** @returns the path of a program, or an empty string after a message */
function findOrReport({ name, variable, programs, folders }) {
  const found = find({ variable, programs, folders })
  if (found) return found
  const advice = `install it, or set ${variable} to the path of ${programs[0]}.`
  if (process.env.CI) fail(`${name} is not installed, and CI may not leave out tests: ${advice}`)
  process.stderr.write(`bookinfo: ${name} is not installed, so tests are left out. To run them, ${advice}\n`)
  return ''
}

function find({ variable, programs, folders }) {
  const wanted = process.env[variable]
  if (wanted && !existsSync(wanted)) fail(`${variable} must be the path of a program, got "${wanted}"`)
  if (wanted) return wanted

  const places = [...folders, ...(process.env.PATH ?? '').split(delimiter).filter(Boolean)]
  return places.flatMap((folder) => programs.map((program) => join(folder, program))).find(existsSync) ?? ''
}
