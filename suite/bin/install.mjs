import { existsSync, readFileSync, statSync } from 'fs'
import { join } from 'path'
import { checkNodeBeforeInstall } from './node.mjs'
import { fail, root, run } from './run.mjs'

const lockfile = join(root, 'package-lock.json')
/** What npm really installed; written last, so that an installation that was cut off counts as none. */
const installedLockfile = join(root, 'node_modules', '.package-lock.json')

/** Installs what the lockfile names, if anything of it is not there. */
export async function installIfNeeded() {
  if (changedAt(installedLockfile) >= changedAt(lockfile) || isInstalled()) return

  checkNodeBeforeInstall()
  process.stderr.write('bookinfo: installing packages (npm ci); needed once, takes about half a minute ...\n')
  const { program, args, shell } = findNpm()
  const output = []
  // The tools are development packages and Node is an optional one, which this user's npm may leave out otherwise.
  const wanted = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error']
  const code = await run(program, [...args, ...wanted], {
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    // It would go on for long, and what is half installed counts as nothing.
    patienceMs: 500,
    onOutput: (chunk) => output.push(chunk)
  })
  if (code > 128) process.exit(code)
  if (code === 0) return
  process.stderr.write(Buffer.concat(output))
  fail(`npm ci failed with exit code ${code}; what it said is above.`)
}

function changedAt(file) {
  return existsSync(file) ? statSync(file).mtimeMs : -1
}

/** A newer lockfile need not say anything new: git touches it too. */
function isInstalled() {
  if (!existsSync(installedLockfile)) return false
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

/** The npm that started this script, else the one on the path, which is a batch file on Windows. */
function findNpm() {
  const script = process.env.npm_execpath || ''
  if (script.endsWith('npm-cli.js')) return { program: process.execPath, args: [script], shell: false }
  return { program: 'npm', args: [], shell: process.platform === 'win32' }
}
