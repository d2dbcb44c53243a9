import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './run.mjs'

/** Contains the process id of the command that installs. Not in `node_modules`, which npm ci removes. */
const file = join(root, '.data', 'installing')

const LOOK_MS = 250
/** The holder renews the lock more often. After a restart of the machine another process may have its id. */
const STALE_MS = 60_000

/**
 * Waits until no other command installs packages in this repository, and keeps others waiting until the end of this process. The
 * lock of a command that was killed counts no longer.
 *
 * @param onWait called once if it must wait, with the process id of the other command
 * @returns renews the lock
 */
export async function lockInstallation(onWait) {
  mkdirSync(dirname(file), { recursive: true })
  for (let waits = false; !(await tryLock()); waits = true) {
    if (!waits) onWait(readHolder())
    await sleep(LOOK_MS)
  }
  process.once('exit', () => readHolder() === process.pid && rmSync(file, { force: true }))
  return () => utimesSync(file, new Date(), new Date())
}

async function tryLock() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (!isStale()) return false
  // Several commands may find it stale at once. The last that writes has it, and the others see that.
  writeFileSync(file, String(process.pid))
  await sleep(LOOK_MS)
  return readHolder() === process.pid
}

function isStale() {
  try {
    return !isAlive(readHolder()) || Date.now() - statSync(file).mtimeMs > STALE_MS
  } catch {
    // It has just been removed.
    return false
  }
}

/** An empty file is one that is being written. */
function isAlive(pid) {
  if (!pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function readHolder() {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
