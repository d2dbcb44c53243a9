import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** What it must not expect. */
const CONFIG = fileURLToPath(new URL('schemathesis.toml', import.meta.url))
const EXAMPLES = 200
const TIMEOUT_MS = 600_000

export interface ApiCheck {
  passed: boolean
  /** What Schemathesis printed. */
  output: string
}

/**
 * Checks every answer of a service against its own OpenAPI document, by another tool: https://schemathesis.readthedocs.io
 *
 * @param cookie of a signed-in reader
 * @returns undefined if Schemathesis is not installed
 */
export async function checkApi(origin: string, seed: number, cookie: string): Promise<ApiCheck | undefined> {
  // It leaves files where it runs.
  const cwd = await mkdtemp(join(tmpdir(), 'bookinfo-schemathesis-'))
  try {
    const options = ['--seed', String(seed), '--max-examples', String(EXAMPLES), '--header', `Cookie: ${cookie}`]
    const args = ['--no-color', '--config-file', CONFIG, 'run', `${origin}/openapi.json`, '--continue-on-failure']
    const child = spawn('schemathesis', [...args, ...options], { cwd, timeout: TIMEOUT_MS })
    const isThere = new Promise<boolean>((resolve) =>
      child.on('spawn', () => resolve(true)).on('error', () => resolve(false))
    )
    if (!(await isThere)) return undefined
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const output = (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
    return { passed: (await ended) === 0, output }
  } finally {
    await rm(cwd, { recursive: true })
  }
}
