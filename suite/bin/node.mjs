import { existsSync, readFileSync } from 'fs'
import { join } from 'path'
import { fail, root } from './run.mjs'

/** The least Node whose npm installs what is here. */
const leastToInstall = '20.0'

/** The npm registry has a Node of our line for these. */
const broughtFor = ['linux x64', 'linux arm64']

const brought = join(root, 'node_modules', '.bin', 'node')
const machine = `${process.platform} ${process.arch}`
const ownNode = `This is Node ${process.versions.node}`
const advice = 'Install Node 24 (https://nodejs.org, or "nvm install 24") and run the same command again.'

/** Ends the process if installing could not work, or not help. */
export function checkNodeBeforeInstall() {
  if (existsSync(brought)) return
  if (!broughtFor.includes(machine)) checkOwnNode()
  if (isOlderThan(leastToInstall)) fail(`${ownNode}, and installing needs ${leastToInstall} or newer. ${advice}`)
}

/** The Node to run everything with: the one that the repository brings, or the user's own where there is none. */
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
