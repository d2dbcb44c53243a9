import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Failure } from './failure.ts'

export const ROOT = join(import.meta.dirname, '../../..')

/** Characters of what a program said that are told when it fails: the end, where the reason is. */
const TOLD = 4000

const OUTPUT_LIMIT = 64 * 1024 * 1024

const execute = promisify(execFile)

/**
 * Runs a program in the repository's root, to its end.
 *
 * @returns what it wrote to stdout
 * @throws Failure with the end of what it said, if it fails or is not there
 */
export async function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  try {
    const options = { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: OUTPUT_LIMIT }
    const { stdout } = await execute(program, [...args], options)
    return stdout
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const said = 'stderr' in error ? String(error.stderr) : ''
    throw new Failure(`${program} ${args[0] ?? ''} failed:\n${(said.trim() || error.message).slice(-TOLD)}`)
  }
}

/** Whether a program runs and succeeds. */
export async function works(program: string, args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    () => true,
    () => false
  )
}
