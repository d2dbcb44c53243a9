import { refusingPort } from '@bookinfo/service-kit/testing'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bookinfoTrace, startViewer, traceId, type RunningViewer } from './support/index.ts'

const MAIN = fileURLToPath(new URL('../src/traces-command.ts', import.meta.url))
const [first, second] = [traceId(1), traceId(2)]

function runCommand(...args: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      done({ status: error?.code ?? 0, stdout, stderr })
    )
  })
}

async function viewerWith(...options: Parameters<typeof bookinfoTrace>): Promise<RunningViewer> {
  const viewer = await startViewer()
  await viewer.send(bookinfoTrace({ trace: 1 }))
  await viewer.send(bookinfoTrace({ ...options[0], trace: 2 }))
  return viewer
}

test('two traces that differ only in what they took are the same', async () => {
  await using viewer = await viewerWith({ slow: 3 })
  const { status, stdout } = await runCommand('diff', first, second, '--viewer', viewer.origin)
  expect(stdout).toMatch(/productpage GET \/productpage\s+30 ms\s+v1\s+90 ms\s+v1\s+\+60 ms/)
  expect(stdout).not.toContain('*')
  expect(status).toBe(0)
})

test('another version and a failed call are differences, in words and as JSON', async () => {
  await using viewer = await viewerWith({ version: 'v2', down: 'ratings' })
  const words = await runCommand('diff', first, second, '--viewer', viewer.origin)
  expect(words.stdout).toMatch(/\* {2}reviews .* v3 .* v2/)
  expect(words.stdout).toMatch(/\* {2}ratings .* none/)
  expect(words.status).toBe(1)
  const { status, stdout } = await runCommand('diff', first, second, '--viewer', viewer.origin, '--json')
  const differences: unknown = JSON.parse(stdout)
  expect(differences).toContainEqual(expect.objectContaining({ service: 'reviews' }))
  expect(status).toBe(1)
})

test('the traces may be in saved runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-runs-'))
  const files = [1, 2].map((trace) => join(folder, `${trace}.ndjson.gz`))
  for (const [index, file] of files.entries()) {
    await using viewer = await startViewer()
    await viewer.send(bookinfoTrace({ trace: index + 1 }))
    await writeFile(file, Buffer.from(await (await fetch(`${viewer.origin}/api/run`)).arrayBuffer()))
  }
  const { status } = await runCommand('diff', first, second, ...files.map((file) => `--run=${file}`))
  await rm(folder, { recursive: true })
  expect(status).toBe(0)
})

test('what cannot be compared is told with what to do, and has a status of its own', async () => {
  await using viewer = await viewerWith()
  const nobody = `http://127.0.0.1:${await refusingPort()}`
  const cases: [args: string[], error: RegExp][] = [
    [['diff', first], /"diff" and two trace ids are needed, got "diff [0-9a-f]+"; see npm run traces -- --help/],
    [['diff', first, traceId(9), '--viewer', viewer.origin], /there is no trace "[0-9a-f]+" there: it may have gone/],
    [['diff', first, second, '--viewer', nobody], /no trace viewer answers at .* start the suite with npm start/],
    [['diff', first, second, '--run', 'nothing.gz'], /ENOENT.*nothing\.gz/],
    [['diff', first, second, '--viewer', 'viewer'], /--viewer must be an http:\/\/ or https:\/\/ address, got "viewer"/]
  ]
  for (const [args, error] of cases) {
    const { status, stderr } = await runCommand(...args)
    expect(stderr).toMatch(error)
    expect(status).toBe(2)
  }
})
