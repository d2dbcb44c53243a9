import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fail, root } from './run.mjs'

/** The oldest Node whose npm can install the packages. */
const leastToInstall = '20.0'

/** The systems for which the repository brings its Node. */
const broughtFor = ['linux x64', 'linux arm64']

const brought = join(root, 'node_modules', '.bin', 'node')
const machine = `${process.platform} ${process.arch}`
const ownNode = `This is Node ${process.versions.node}`
const advice = 'Install Node 24 (https://nodejs.org, or "nvm install 24") and run the same command again.'

/** Ends the process if the packages cannot be installed, or will not run. */
export function checkNodeBeforeInstall() {
  if (existsSync(brought)) return
  if (!broughtFor.includes(machine)) checkOwnNode()
  if (isOlderThan(leastToInstall)) fail(`${ownNode}, and installing needs ${leastToInstall} or newer. ${advice}`)
}

/** Chooses the Node that runs everything: that of the repository, else that of the machine. */
export function chooseNode() {
  if (existsSync(brought)) return brought
  checkOwnNode()
  return process.execPath
}

function checkOwnNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const least = engines.node.replace('>=', '')
  if (isOlderThan(least)) fail(`${ownNode}, and on ${machine} Bookinfo needs ${least} or newer. ${advice}`)
}

function isOlderThan(least) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [leastMajor, leastMinor] = least.split('.').map(Number)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}
