import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { Failure } from './failure.ts'
import { works } from './run.ts'

export { explainFailure, Failure, print } from './failure.ts'
export { parseOptions, readChoice, readNumber, refuse } from './options.ts'
export { ROOT, run, works } from './run.ts'
export { stop, stopOnSignals, untilStopped } from './stop-signal.ts'

/** Required programs by name, and required files by path: the Debian package of each, and an argument that any program accepts. */
export interface Tools {
  [tool: string]: { inPackage: string; version?: string }
}

/** @throws Failure with the packages to install, if a program or file is missing */
export async function requireTools(purpose: string, tools: Tools): Promise<void> {
  const missing: string[] = []
  for (const [tool, { inPackage, version = '--version' }] of Object.entries(tools)) {
    const exists = isAbsolute(tool) ? existsSync(tool) : await works(tool, [version])
    if (!exists) missing.push(inPackage)
  }
  if (missing.length === 0) return
  const packages = [...new Set(missing)].join(' ')
  throw new Failure(
    `${purpose} needs programs that are not installed. On Debian and Ubuntu: apt-get install ${packages}`
  )
}
