import { freeBasePort, startProgram } from '@bookinfo/suite/testing'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { ask } from '../support/index.ts'
import { emptyFolder } from './bundle.ts'

// A whole suite starts here, beside other tests.
vi.setConfig({ testTimeout: 240_000 })

const execute = promisify(execFile)
const pack = join(import.meta.dirname, '../../suite/npm/pack.ts')

/** For a start that finds compiled code in Node's cache. */
const WARM_MS = 10_000

/** Other tests may keep the processor busy, so one of some starts is enough. */
const WARM_STARTS = 3

test('the npm package, packed and installed in an empty folder without network, starts the suite and shows the page', async () => {
  await using folder = await emptyFolder()
  const { stdout } = await execute(process.execPath, [pack, '--to', folder.path])
  await execute('npm', ['install', '--ignore-scripts', '--offline', stdout.trim()], { cwd: folder.path })
  const installed = join(folder.path, 'node_modules/bookinfo')
  const { dependencies, private: isPrivate } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
  expect({ dependencies, isPrivate }).toEqual({})

  const basePort = await freeBasePort()
  const program = join(folder.path, 'node_modules/.bin/bookinfo')
  await using suite = startProgram(program, ['--base-port', String(basePort)])
  await suite.says('in a browser. Ctrl-C stops everything.')
  const page = await ask(`http://127.0.0.1:${basePort}`, '/productpage')
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('<title>Simple Bookstore App</title>') })
  expect(page.body).toContain('Reviewer1')
  const viewer = `http://127.0.0.1:${basePort + 6}`
  await expect.poll(() => statusOf(`${viewer}/lab`), { timeout: 50_000 }).toBe(200)
  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
  expect(suite.stderr).toBe('')

  let fastestMs = Infinity
  for (let start = 0; start < WARM_STARTS && fastestMs >= WARM_MS; start++)
    fastestMs = Math.min(fastestMs, await firstPageMs(program, basePort))
  expect(fastestMs).toBeLessThan(WARM_MS)
})

async function firstPageMs(program: string, basePort: number): Promise<number> {
  const started = performance.now()
  await using suite = startProgram(program, ['--base-port', String(basePort)])
  const url = `http://127.0.0.1:${basePort}/productpage`
  await expect.poll(() => statusOf(url), { timeout: 60_000 }).toBe(200)
  const ms = performance.now() - started
  suite.pressCtrlC()
  await suite.ended
  return ms
}

async function statusOf(url: string): Promise<number> {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => ({ status: 0 }))
  return status
}
