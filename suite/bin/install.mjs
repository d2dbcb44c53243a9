import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { lockInstallation } from './install-lock.mjs'
import { checkNodeBeforeInstall } from './node.mjs'
import { fail, root, run } from './run.mjs'

const lockfile = join(root, 'package-lock.json')
/** The list of the installed packages. npm writes it last, so an interrupted installation has none. */
const installedLockfile = join(root, 'node_modules', '.package-lock.json')

/** Milliseconds between two looks at what is installed. */
const LOOK_MS = 500

const isTerminal = process.stderr.isTTY === true
const startLine = isTerminal ? '\r' : ''
const endLine = isTerminal ? '\n' : ''

/** Installs the packages of the lockfile, if one is missing. One command installs, and others wait for it. */
export async function installIfNeeded() {
  if (isUpToDate()) return
  checkNodeBeforeInstall()
  const renewLock = await lockInstallation((pid) =>
    process.stderr.write(`bookinfo: another command (process ${pid}) is installing the packages; waiting for it ...\n`)
  )
  if (!isUpToDate()) await install(renewLock)
}

async function install(renewLock) {
  process.stderr.write('bookinfo: installing packages (npm ci); needed once, takes about half a minute ...\n')
  const script = process.env.npm_execpath ?? ''
  const npm = script.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm']
  const output = []
  // The tools are development packages and Node is an optional one. The user's npm may be set to leave these out.
  const wanted = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error']
  const started = Date.now()
  const showProgress = createProgress()
  const timer = setInterval(() => {
    renewLock()
    showProgress()
  }, LOOK_MS)
  const code = await run(npm[0], [...npm.slice(1), ...wanted], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A half installation counts as none, so it need not end in order.
    patienceMs: 500,
    onOutput: (chunk) => output.push(chunk)
  })
  clearInterval(timer)
  if (code > 128) process.exit(code)
  if (code === 0) {
    const seconds = Math.round((Date.now() - started) / 1000)
    process.stderr.write(`${endLine}bookinfo: all packages are installed, after ${seconds} s\n`)
    return
  }
  process.stderr.write(endLine)
  process.stderr.write(Buffer.concat(output))
  fail(`npm ci failed with exit code ${code}; its output is above.`)
}

/** Shows how many packages are in place: on a terminal in one line that changes, else in a line for each quarter. */
function createProgress() {
  // An optional package may be left out on this system.
  const folders = Object.entries(readPackages(lockfile)).flatMap(([folder, { optional, link }]) =>
    folder.includes('node_modules/') && !optional && !link ? [folder] : []
  )
  let shown = 0
  return () => {
    const count = folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).length
    const step = isTerminal ? count : Math.floor((4 * count) / folders.length)
    if (step <= shown) return
    shown = step
    process.stderr.write(`${startLine}bookinfo: ${count} of ${folders.length} packages${isTerminal ? '' : '\n'}`)
  }
}

function isUpToDate() {
  return changedAt(installedLockfile) >= changedAt(lockfile) || hasAllPackages()
}

function changedAt(file) {
  return existsSync(file) ? statSync(file).mtimeMs : -1
}

/** Compares the contents, because git also touches a lockfile that stays the same. */
function hasAllPackages() {
  if (!isInstalled()) return false
  const installed = readPackages(installedLockfile)
  return Object.entries(readPackages(lockfile)).every(([folder, { version, integrity, optional }]) => {
    if (!folder.includes('node_modules/')) return true
    const found = installed[folder]
    return found ? found.version === version && found.integrity === integrity : optional === true
  })
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages
}

export function isInstalled() {
  return existsSync(installedLockfile)
}
