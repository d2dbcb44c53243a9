import { statSync } from 'fs'
import { join } from 'path'
import { checkNodeBeforeInstall } from './node.mjs'
import { fail, root, run } from './run.mjs'

/** Installs what the lockfile names, if it is not there or older than the lockfile. */
export async function installIfNeeded() {
  // npm writes it last, so that an installation that was cut off counts as none.
  const installed = changedAt(join(root, 'node_modules', '.package-lock.json'))
  if (installed >= changedAt(join(root, 'package-lock.json'))) return

  checkNodeBeforeInstall()
  process.stderr.write('bookinfo: installing packages (npm ci); needed once, takes about half a minute ...\n')
  const { program, args, shell } = findNpm()
  const output = []
  // The tools are development packages and Node is an optional one, which this user's npm may leave out otherwise.
  const wanted = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error']
  const code = await run(program, [...args, ...wanted], {
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk) => output.push(chunk)
  })
  if (code > 128) process.exit(code)
  if (code === 0) return
  process.stderr.write(Buffer.concat(output))
  fail(`npm ci failed with exit code ${code}; what it said is above.`)
}

function changedAt(file) {
  try {
    return statSync(file).mtimeMs
  } catch {
    return -1
  }
}

/** The npm that started this script, else the one on the path, which is a batch file on Windows. */
function findNpm() {
  const script = process.env.npm_execpath || ''
  if (script.endsWith('npm-cli.js')) return { program: process.execPath, args: [script], shell: false }
  return { program: 'npm', args: [], shell: process.platform === 'win32' }
}
