import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { forwardTo } from './kubectl.ts'

const CONFIG = join(import.meta.dirname, 'contract.config.ts')
const VITEST = join(import.meta.dirname, '../../../../node_modules/vitest/vitest.mjs')

/** Runs the contract tests of details against a pod. @returns vitest's line with the number of tests @throws Error with its output */
export async function runContractTests(pod: string): Promise<string> {
  await using way = await forwardTo(`pod/${pod}`, 9080)
  const env = { ...process.env, BOOKINFO_ORIGIN: way.url, NO_COLOR: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, [VITEST, 'run', '--config', CONFIG], { env })
  return /^ *Tests .*$/m.exec(stdout)?.[0].trim() ?? ''
}
