import { once } from 'node:events'
import { createServer } from 'node:net'
import { ask, startTinyServer, respond } from '@bookinfo/service-kit/testing'
import { expect, test, vi } from 'vitest'
import { freeBasePort, openPorts } from './support/ports.ts'
import { cpuSeconds, descendantsOf, expectGone, startProgram } from './support/program.ts'

// Whole suites start here, beside other tests.
vi.setConfig({ testTimeout: 180_000 })

const main = 'src/main.ts'
const READY = 'in a browser. Ctrl-C stops everything.'

/** What is promised, from the start of the suite on, for a machine with two cores. */
const FIRST_TRACE_SECONDS = 15
const CORES = 2

const patience = { timeout: 50_000, interval: 100 }

interface JaegerTrace {
  traceID: string
  processes: Record<string, { serviceName: string }>
}

/** The id of a trace that all four services have a part in, as soon as there is one. */
async function findWholeTrace(viewer: string): Promise<string | undefined> {
  const { body } = await ask(viewer, '/api/traces?service=productpage')
  const { data }: { data: JaegerTrace[] } = JSON.parse(JSON.stringify(body))
  const servicesOf = ({ processes }: JaegerTrace) => new Set(Object.values(processes).map((each) => each.serviceName))
  return data.find((trace) => servicesOf(trace).size === 4)?.traceID
}

const textOf = async (origin: string, path: string) =>
  String((await ask(origin, path)).body)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

test('a reader of the page finds its trace, with what the services logged, soon after npm start', async () => {
  const basePort = await freeBasePort()
  const [page, viewer] = [`http://127.0.0.1:${basePort}`, `http://127.0.0.1:${basePort + 6}`]
  await using suite = startProgram('bin/bootstrap.mjs', ['start', '--base-port', String(basePort)])
  await suite.says(READY)
  // Every third page is by reviews v1, which does not ask ratings.
  const traceIds = new Set<string | undefined>()
  for (let visit = 0; visit < 2; visit += 1) {
    const { body } = await ask(page, '/productpage')
    traceIds.add(new RegExp(`http://localhost:${basePort + 6}/trace/([0-9a-f]{32})`).exec(String(body))?.[1])
  }
  let traceId: string | undefined
  await expect.poll(async () => (traceId = await findWholeTrace(viewer)), patience).toBeDefined()
  // In processor time, as tests run beside others: time on the clock would say more about those.
  expect(cpuSeconds(suite.pid) / CORES).toBeLessThan(FIRST_TRACE_SECONDS)
  // The page has named it before.
  expect(traceIds).toContain(traceId)

  const logged = ['productpage', 'details', 'reviews', 'ratings'].map(
    (service) => new RegExp(`${service} v[123] info request completed`)
  )
  const missing = async () => {
    const text = await textOf(viewer, `/trace/${traceId}`)
    return logged.filter((line) => !line.test(text))
  }
  await expect.poll(missing, patience).toEqual([])
  const processes = descendantsOf(suite.pid)
  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
  await expectGone(processes)
  expect(await openPorts(basePort)).toEqual([])
})

test('a viewer that dies is named, and the suite goes on', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(main, ['--base-port', String(basePort)])
  await suite.says(READY)
  const viewer = descendantsOf(suite.pid).find(({ command }) => command.includes('trace-viewer'))
  process.kill(viewer?.pid ?? 0, 'SIGKILL')
  await suite.says('The trace viewer ended by itself with signal SIGKILL; the suite goes on without it.')
  for (let visit = 0; visit < 3; visit += 1) {
    expect(await textOf(`http://127.0.0.1:${basePort}`, '/productpage')).toContain('Reviewer1')
  }
  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
  expect(await openPorts(basePort)).toEqual([])
})

test('without its port there is no viewer, but all else', async () => {
  const basePort = await freeBasePort()
  const other = createServer().listen({ host: '127.0.0.1', port: basePort + 7 })
  await once(other, 'listening')
  try {
    await using suite = startProgram(main, ['--base-port', String(basePort)])
    await suite.says(`\nNo traces: port ${basePort + 7}, which the trace viewer needs, is in use.`)
    expect(suite.stdout).not.toContain('trace-viewer  ')
    expect(await openPorts(basePort)).toEqual([0, 1, 2, 3, 4, 5, 7].map((offset) => basePort + offset))
    expect((await ask(`http://127.0.0.1:${basePort}`, '/productpage')).status).toBe(200)
    expect(suite.stderr).toBe('')
  } finally {
    other.close()
  }
})

test('who has a collector gets the spans there, and no viewer', async () => {
  const basePort = await freeBasePort()
  await using collector = await startTinyServer(respond(200, '{}'))
  await using suite = startProgram(main, ['--base-port', String(basePort)], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_BSP_SCHEDULE_DELAY: '100'
  })
  await suite.says('\nTraces: as OTEL_EXPORTER_OTLP_ENDPOINT says; the trace viewer is not started.')
  expect(await openPorts(basePort)).toHaveLength(6)
  await ask(`http://127.0.0.1:${basePort}`, '/productpage')
  await expect.poll(() => collector.seen.map(({ url }) => url), patience).toContain('/v1/traces')
})

test('--no-traces starts neither the viewer nor spans', async () => {
  const basePort = await freeBasePort()
  await using suite = startProgram(main, ['--base-port', String(basePort), '--no-traces'])
  await suite.says(READY)
  expect(await openPorts(basePort)).toHaveLength(6)
  const { body } = await ask(`http://127.0.0.1:${basePort}`, '/productpage')
  expect(body).not.toContain('/trace/')
})
