import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
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
  { name: 'PgBouncer', variable: 'BOOKINFO_PGBOUNCER', programs: ['pgbouncer'], folders: ['/usr/sbin'] },
  // Debian has no MongoDB, so the tests have a stand-in.
  { name: 'MongoDB', variable: 'BOOKINFO_MONGOD', programs: ['mongod'], folders: [], hasStandIn: true }
]

/**
 * Finds the browser and the database servers for tests. Without one of them its tests are left out, but not in CI.
 *
 * @returns the environment variables that name them for the tests; an empty one says that there is none
 */
export function findTestTools() {
  return { ...findDatabases(), [browser.variable]: find(browser) }
}

export function findDatabases() {
  return Object.fromEntries(databases.map((database) => [database.variable, find(database)]))
}

function find({ name, variable, programs, folders, hasStandIn }) {
  const wanted = process.env[variable]
  if (wanted && !existsSync(wanted)) fail(`${variable} must be the path of a program, got "${wanted}"`)
  if (wanted) return wanted

  const places = [...folders, ...(process.env.PATH ?? '').split(delimiter).filter(Boolean)]
  const found = places.flatMap((folder) => programs.map((program) => join(folder, program))).find(existsSync)
  if (found) return found

  const advice = `install ${name}, or set ${variable} to the path of ${programs[0]}.`
  if (process.env.CI && !hasStandIn) fail(`${name} is not installed, and CI may not leave out its tests: ${advice}`)
  const instead = hasStandIn ? 'a stand-in takes its place' : 'its tests are left out'
  process.stderr.write(`bookinfo: ${name} is not installed, so ${instead}. To run them, ${advice}\n`)
  return ''
}
