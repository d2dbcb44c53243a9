import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, type Place } from './topology.ts'

/** Node keeps compiled code there and starts a third faster with it; `npm ci` throws it away. */
const FOLDER = join(ROOT, 'node_modules/.cache/node-compile/services', process.version)

/** The service that loads most. */
const FILLER = 'productpage'

const filled = existsSync(FOLDER)

/**
 * The setting for a service's environment. While there is no cache only one service gets it: a process writes at its end
 * what it did not find, and six that write everything at once are slow to stop.
 */
export function compileCache({ service }: Place): Record<string, string | undefined> {
  return { NODE_COMPILE_CACHE: filled || service === FILLER ? FOLDER : undefined }
}
