import { ask, freePort, startTinyServer, hang } from '@bookinfo/service-kit/testing'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface ViewerProcess extends AsyncDisposable {
  /** What it has logged until it listened, or until it ended. */
  lines: string[]
  stderr: () => string
  /** The code with which it ended, after SIGTERM if need be. */
  stop(): Promise<unknown>
}

/** Runs `main.ts` with these settings and nothing else from this process's environment. */
async function run(env: Record<string, string>): Promise<ViewerProcess> {
  const child = spawn(process.execPath, [MAIN], { env })
  const lines: string[] = []
  let stderr = ''
  child.stderr.on('data', (text) => (stderr += String(text)))
  const closed = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.includes('Server listening on')) break
  }
  child.stdout.resume()
  const stop = async () => {
    child.kill('SIGTERM')
    const [code] = await closed
    return code
  }
  return { lines, stderr: () => stderr, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

it('listens on two ports of this machine alone, and ends when asked to', async () => {
  const [port, otlpPort] = [await freePort(), await freePort()]
  await using viewer = await run({ PORT: String(port), OTLP_PORT: String(otlpPort) })
  const listening = viewer.lines.flatMap((line) => /socket open: ([^"]+)/.exec(line)?.[1] ?? [])
  expect(listening).toEqual([`http://127.0.0.1:${otlpPort}`, `http://127.0.0.1:${port}`])

  const headers = { 'content-type': 'application/json' }
  const sent = await ask(`http://127.0.0.1:${otlpPort}`, '/v1/traces', { method: 'POST', headers, body: '{}' })
  expect(sent).toMatchObject({ status: 200 })
  expect(await ask(`http://127.0.0.1:${port}`, '/api/services')).toMatchObject({ status: 200, body: { data: [] } })
  expect(await viewer.stop()).toBe(0)
  expect(viewer.stderr()).toBe('')
})

it('says in one line which port is taken', async () => {
  await using other = await startTinyServer(hang)
  await using viewer = await run({ PORT: '0', OTLP_PORT: String(other.port) })
  expect(await viewer.stop()).toBe(1)
  expect(viewer.stderr()).toBe(
    `trace-viewer: OTLP_PORT must be a free port, got ${other.port}: listen EADDRINUSE: address already in use 127.0.0.1:${other.port} (--help lists all settings)\n`
  )
})

it('says in one line which setting is wrong', async () => {
  await using viewer = await run({ MAX_SPANS: 'many' })
  expect(await viewer.stop()).toBe(1)
  expect(viewer.stderr()).toMatch(/^trace-viewer: MAX_SPANS must be [^\n]*\n$/)
})
