import { ask } from '@bookinfo/service-kit/testing'
import { once } from 'node:events'
import { utimesSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { ROOT } from '../src/topology.ts'
import { freeBasePort, openPorts } from './support/ports.ts'
import { descendantsOf, expectGone, startProgram } from './support/program.ts'

// Whole suites start here, beside other tests.
vi.setConfig({ testTimeout: 180_000 })

const patience = { timeout: 50_000, interval: 100 }

/** A port that is open is not enough: the launcher itself listens for a moment, to see whether the port is free. */
async function untilReady(...ports: number[]): Promise<void> {
  for (const port of ports) {
    const readiness = () => ask(`http://127.0.0.1:${port}`, '/readyz').catch(String)
    await expect.poll(readiness, patience).toMatchObject({ status: 200 })
  }
}

test('a service starts again when a file of it, or of what it imports, has changed, and Ctrl-C ends it', async () => {
  const basePort = await freeBasePort()
  await using dev = startProgram('src/dev.ts', ['details', '--base-port', String(basePort)])
  await untilReady(basePort + 1)
  for (const file of ['services/details/src/book.ts', 'packages/contracts/src/contracts.ts']) {
    const before = descendantsOf(dev.pid)
    // Changed without being changed: the sources are in use elsewhere.
    utimesSync(join(ROOT, file), new Date(), new Date())
    await dev.says(`s after ${file.replace(/.*\//, '')} changed`)
    expect((await fetch(`http://127.0.0.1:${basePort + 1}/details/0`)).status).toBe(200)
    await expectGone(before)
  }
  const processes = descendantsOf(dev.pid)
  dev.pressCtrlC()
  expect(await dev.ended).toBe(0)
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('a launcher that is killed while its service starts leaves nothing behind', async () => {
  const basePort = await freeBasePort()
  await using dev = startProgram('src/dev.ts', ['ratings', '--base-port', String(basePort)])
  await expect.poll(() => descendantsOf(dev.pid).length, { ...patience, interval: 20 }).toBe(1)
  const processes = descendantsOf(dev.pid)
  dev.signal('SIGKILL')
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('the trace viewer of npm run dev gets the spans and the log lines of a service, and outlives its restarts', async () => {
  const basePort = await freeBasePort()
  const [details, viewer] = [`http://127.0.0.1:${basePort + 1}`, `http://127.0.0.1:${basePort + 6}`]
  const args = ['--base-port', String(basePort)]
  await using viewerDev = startProgram('src/dev.ts', ['trace-viewer', ...args])
  await using detailsDev = startProgram('src/dev.ts', ['details', ...args])
  await untilReady(...[1, 6, 7].map((offset) => basePort + offset))
  const viewerProcesses = descendantsOf(viewerDev.pid).map(({ pid }) => pid)

  async function makeTrace(traceId: string): Promise<void> {
    await ask(details, '/details/0', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } })
    const page = async () => String((await ask(viewer, `/trace/${traceId}`)).body)
    await expect.poll(page, patience).toContain('GET /details/')
    await expect.poll(page, patience).toMatch(/What the services logged[^]*request completed/)
  }

  await makeTrace('4bf92f3577b34da6a3ce929d0e0e4736')
  // Changed without being changed: the kit is the viewer's too, which keeps its traces all the same.
  utimesSync(join(ROOT, 'packages/service-kit/src/server/probes.ts'), new Date(), new Date())
  await detailsDev.says('s after probes.ts changed')
  await makeTrace('4bf92f3577b34da6a3ce929d0e0e4737')
  expect((await ask(viewer, '/trace/4bf92f3577b34da6a3ce929d0e0e4736')).status).toBe(200)
  expect(descendantsOf(viewerDev.pid).map(({ pid }) => pid)).toEqual(expect.arrayContaining(viewerProcesses))

  for (const dev of [detailsDev, viewerDev]) {
    dev.pressCtrlC()
    expect(await dev.ended).toBe(0)
  }
  expect(await openPorts(basePort)).toEqual([])
})

test('npm run dev without a port for the trace viewer says so once, and goes on', async () => {
  const basePort = await freeBasePort()
  const other = createServer().listen({ host: '127.0.0.1', port: basePort + 6 })
  await once(other, 'listening')
  try {
    await using check = startProgram('src/check.ts', ['--base-port', String(basePort)])
    // What the bootstrap takes as: with --no-traces.
    expect(await check.ended).toBe(3)
    expect(check.stdout).toContain(`No traces: port ${basePort + 6}, which the trace viewer needs, is in use.`)
  } finally {
    other.close()
  }
})
