import { startTinyServer } from '@bookinfo/service-kit/testing'
import { expect, test } from 'vitest'
import { sum } from './bench.ts'
import { startCollector } from './collector.ts'
import { byDefault, floors, tracedKept, usual } from './contenders.ts'
import { readAtOnce, readSteadily } from './load.ts'
import { measureMemory } from './memory.ts'
import { profilePages } from './profile.ts'
import { showProgress } from './progress.ts'
import { startSuite } from './suite.ts'

const PAGES = 12
/** Of Bookinfo: four requests, three calls and the rendering. Auto-instrumentation also makes spans of Fastify. */
const spansPerPage = { floor: 0, bookinfo: 8, usual: 15 }

test.each([floors['per-request'], byDefault, tracedKept, usual])(
  '$name: answers with pages, and its spans arrive',
  async (contender) => {
    await using collector = await startCollector()
    await using suite = await startSuite(contender, { collector: collector.endpoint, core: undefined })
    const before = suite.cpuMs()
    const { pages, latenciesMs } = await readAtOnce(suite, 4, (asked) => asked >= PAGES)
    expect({ pages, latencies: latenciesMs.length }).toEqual({ pages: PAGES, latencies: PAGES })
    expect(suite.cpuMs()).toBeGreaterThan(before)
    expect(suite.memoryMib()).toBeGreaterThan(50)
    const expected = PAGES * (contender.spans ? spansPerPage[contender.program] : 0)
    const spans = await collector.take(expected)
    expect(spans).toHaveLength(expected)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(contender.spans ? PAGES : 0)
  }
)

test('an answer that is no page fails the bench, with the answer', async () => {
  await using server = await startTinyServer((_request, response) => void response.writeHead(503).end('busy'))
  await expect(readAtOnce(server, 1, (asked) => asked >= 1)).rejects.toThrow(/HTTP\/1\.1 503/)
})

test('a request that is refused in good order is counted, and is no page', async () => {
  const headers = { 'retry-after': '2', 'content-length': '4' }
  await using server = await startTinyServer((_request, response) => void response.writeHead(503, headers).end('busy'))
  const reading = await readAtOnce(server, 1, (asked) => asked >= 3)
  expect(reading).toMatchObject({ pages: 0, refused: 3, latenciesMs: [] })
})

test('a page that comes in pieces counts once, when it is whole', async () => {
  await using server = await startTinyServer((_request, response) => {
    response.writeHead(200, { 'content-length': 6 })
    response.write('abc', () => response.end('def'))
  })
  const { pages } = await readAtOnce(server, 2, (asked) => asked >= 10)
  expect([pages, server.seen.length]).toEqual([10, 10])
})

test('a steady rate does not wait for answers', async () => {
  const held: (() => void)[] = []
  await using server = await startTinyServer((_request, response) => {
    held.push(() => void response.writeHead(200, { 'content-length': 2 }).end('ok'))
    // Nobody is answered before the last request has come.
    if (held.length === 20) for (const answer of held) answer()
  })
  const { latenciesMs } = await readSteadily(server, 100, 200)
  expect(latenciesMs).toHaveLength(20)
})

test('a connection that the server has closed is opened again', async () => {
  const headers = { 'content-length': 2, connection: 'close' }
  await using server = await startTinyServer((_request, response) => void response.writeHead(200, headers).end('ok'))
  const { pages } = await readSteadily(server, 20, 200)
  expect(pages).toBe(4)
})

test('a profile names the code that the CPU time goes to', async () => {
  await using collector = await startCollector()
  const around = { collector: collector.endpoint, core: undefined, progress: showProgress() }
  const [forward, traced] = await profilePages(around, { warmUp: 0.5, profile: 4 })
  for (const code of ['fastify', 'undici', 'Node: HTTP', 'service-kit: html'])
    expect([code, forward?.shares[code]]).toEqual([code, expect.toSatisfy((share) => share > 0 && share < 1)])
  expect(sum(Object.values(forward?.shares ?? {}))).toBeCloseTo(1)
  const recordingIn = (shares = {}) => Object.keys(shares).some((code) => code.startsWith('@opentelemetry/sdk'))
  expect([recordingIn(forward?.shares), recordingIn(traced?.shares)]).toEqual([false, true])
})

test('the memory of six processes is measured with each size of the semi-space', async () => {
  await using collector = await startCollector()
  const around = { collector: collector.endpoint, core: undefined, progress: showProgress() }
  for (const { processes, cpuMs } of await measureMemory(around, PAGES)) {
    expect(processes.map(({ idleMib, loadedMib }) => Math.min(idleMib, loadedMib) > 10)).toEqual(Array(6).fill(true))
    expect(cpuMs).toBeGreaterThan(0)
  }
})
