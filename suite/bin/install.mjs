import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { checkNodeBeforeInstall } from './node.mjs'
import { fail, root, run } from './run.mjs'

const lockfile = join(root, 'package-lock.json')
/** The list of the installed packages. npm writes it last, so an interrupted installation has none. */
const installedLockfile = join(root, 'node_modules', '.package-lock.json')

/** Installs the packages of the lockfile, if one is missing. */
export async function installIfNeeded() {
  if (changedAt(installedLockfile) >= changedAt(lockfile) || hasAllPackages()) return

  checkNodeBeforeInstall()
  process.stderr.write('bookinfo: installing packages (npm ci); needed once, takes about half a minute ...\n')
  const script = process.env.npm_execpath ?? ''
  const npm = script.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm']
  const output = []
  // The tools are development packages and Node is an optional one. The user's npm may be set to leave these out.
  const wanted = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error']
  const code = await run(npm[0], [...npm.slice(1), ...wanted], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A half installation counts as none, so it need not end in order.
    patienceMs: 500,
    onOutput: (chunk) => output.push(chunk)
  })
  if (code > 128) process.exit(code)
  if (code === 0) return
  process.stderr.write(Buffer.concat(output))
  fail(`npm ci failed with exit code ${code}; its output is above.`)
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
