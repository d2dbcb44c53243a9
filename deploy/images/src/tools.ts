import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Failure } from './failure.ts'
import { works } from './run.ts'

/**
 * Programs by name, with the Debian package that has each and the argument with which it says that it is there; and other files
 * by their path.
 */
export interface Tools {
  [tool: string]: { inPackage: string; version?: string }
}

/** @throws Failure that says what to install, if any is missing */
export async function requireTools(purpose: string, tools: Tools): Promise<void> {
  const missing: string[] = []
  for (const [tool, { inPackage, version = '--version' }] of Object.entries(tools)) {
    const isHere = isAbsolute(tool) ? existsSync(tool) : await works(tool, [version])
    if (!isHere) missing.push(inPackage)
  }
  if (missing.length === 0) return
  const packages = [...new Set(missing)].join(' ')
  throw new Failure(`${purpose} needs more than is here: on Debian and Ubuntu, apt-get install ${packages}`)
}
