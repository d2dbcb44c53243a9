import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fail } from './run.mjs'

/** The last version with SQLite inside. Its checksum is as in a go.sum, and its own go.sum pins the modules that it needs. */
const VERSION = 'v1.24.2'
const MODULE = `github.com/FerretDB/FerretDB@${VERSION}`
const SUM = 'h1:trrUU0LbmusMbyubhPS1IELncvrIwKrsRT2LW1UUWCw='

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bookinfo')

/**
 * Builds FerretDB from source with Go, unless this user's cache has it.
 *
 * @param go path of the program `go`
 * @returns the path of the server
 */
export function buildFerretdb(go) {
  const server = join(cache, `ferretdb-${VERSION}-${process.arch}`)
  if (existsSync(server)) return server
  process.stderr.write('bookinfo: building FerretDB for the tests of MongoDB: some minutes, this time only\n')
  try {
    build(go, server)
  } catch (error) {
    fail(`FerretDB could not be built: ${error.message}`)
  }
  return server
}

function build(go, server) {
  const folder = `${server}.${process.pid}`
  try {
    buildIn(folder, go)
    renameSync(join(folder, 'server'), server)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function buildIn(folder, go) {
  const stdio = ['ignore', 'pipe', 'inherit']
  const { Dir, Sum } = JSON.parse(execFileSync(go, ['mod', 'download', '-json', MODULE], { stdio }))
  if (Sum !== SUM) throw new Error(`the checksum of ${MODULE} is ${Sum}, expected ${SUM}`)
  mkdirSync(cache, { recursive: true })
  cpSync(Dir, folder, { recursive: true })
  // Go's cache is read-only, and so is its copy.
  execFileSync('chmod', ['-R', 'u+w', folder])
  // The server does not start without this file, which its authors write when they build.
  writeFileSync(join(folder, 'build', 'version', 'version.txt'), VERSION)
  const tags = ['postgresql', 'mysql', 'hana'].map((backend) => `ferretdb_no_${backend}`).join(',')
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-tags', tags]
  const env = { ...process.env, CGO_ENABLED: '0' }
  execFileSync(go, ['-C', folder, 'build', ...flags, '-o', 'server', './cmd/ferretdb'], { stdio, env })
}
