import { startTinyServer, type TinyServer } from '@bookinfo/service-kit/testing'
import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createLoadSwitch } from '../src/load/load-switch.ts'
import { drawSummary } from '../src/load/picture.ts'
import { sendReaders } from '../src/load/readers.ts'
import { createReport, type Summary } from '../src/load/report.ts'
import { freeBasePort } from './support/ports.ts'
import { startProgram } from './support/program.ts'

vi.setConfig({ testTimeout: 120_000 })

const main = 'src/load/main.ts'

const pageOf = ({ origin }: TinyServer) => new URL('/productpage', origin)

/** Opens the page `count` times, 500 times a second, and counts. */
async function measure(url: URL, { count = 40, signedInPercent = 0, timeoutMs = 10_000 } = {}): Promise<Summary> {
  const nowMs = () => performance.now()
  const report = createReport({ url, requestsPerSecond: 500, seconds: 1, started: new Date(0), nowMs })
  const { signal: stop } = new AbortController()
  await sendReaders({ url, ratePerSecond: 500, count, signedInPercent, timeoutMs, stop, onReading: report.add })
  return report.summary()
}

test('a run counts pages by version, incomplete pages and failures by reason', async () => {
  let asked = 0
  await using server = await startTinyServer((_request, response) => {
    const turn = asked++ % 4
    if (turn === 0) response.writeHead(503).end()
    else if (turn === 1) response.destroy()
    else response.end(turn === 2 ? '<i>reviews v2</i>' : '<i>reviews v3</i><p>Ratings are currently unavailable.</p>')
  })
  const summary = await measure(pageOf(server))
  expect(summary).toMatchObject({
    url: pageOf(server).href,
    started: '1970-01-01T00:00:00.000Z',
    requests: 40,
    failed: 20,
    failures: { 'status 503': 10, UND_ERR_SOCKET: 10 },
    incomplete: 10,
    missing: { 'Ratings are currently unavailable': 10 },
    versions: { v2: 10, v3: 10 }
  })
})

test('a request without an answer in time fails, and the others do not wait for it', async () => {
  await using server = await startTinyServer(
    (request, response) => void (request.url === '/login' || response.flushHeaders())
  )
  const summary = await measure(pageOf(server), { count: 5, timeoutMs: 300 })
  expect(summary.failures).toEqual({ 'no answer within 0.3 s': 5 })
  // One after the other would take 1.5 s.
  expect(summary.seconds).toBeLessThan(1.4)
})

test('the share of jason signs in once and keeps the session', async () => {
  const cookies: (string | undefined)[] = []
  let signIns = 0
  await using server = await startTinyServer((request, response) => {
    if (request.url === '/login') {
      signIns++
      response.writeHead(302, { location: 'productpage', 'set-cookie': 'session=of-jason; Path=/' })
    } else cookies.push(request.headers.cookie)
    response.end()
  })
  expect(await measure(pageOf(server), { signedInPercent: 20 })).toMatchObject({ requests: 40, failed: 0 })
  expect(cookies.filter((cookie) => cookie === 'session=of-jason')).toHaveLength(8)
  expect(cookies.filter((cookie) => cookie === undefined)).toHaveLength(32)
  expect(signIns).toBe(1)
})

test('a rate that changes replaces the readers before, and 0 or the end of the suite sends nobody', async () => {
  await using server = await startTinyServer((_request, response) => void response.end())
  const suite = new AbortController()
  let readings = 0
  const load = createLoadSwitch({ url: pageOf(server), stop: suite.signal, onReading: () => void readings++ })
  expect(load.perSecond()).toBe(0)
  /** How many readings come during another run: those on the way still get their answers, then none may come. */
  const countMore = async () => {
    const before = readings
    await measure(pageOf(server), { count: 100 })
    return readings - before
  }
  load.set(500)
  await expect.poll(() => readings, { timeout: 60_000 }).toBeGreaterThan(10)
  load.set(0)
  await expect.poll(countMore, { timeout: 60_000 }).toBe(0)
  load.set(1000)
  const before = readings
  await expect.poll(() => readings, { timeout: 60_000 }).toBeGreaterThan(before)
  suite.abort()
  await expect.poll(countMore, { timeout: 60_000 }).toBe(0)
})

test('a sign-in that fails is a failure of its request, and is tried again', async () => {
  await using server = await startTinyServer((_request, response) => void response.end())
  const { failures } = await measure(pageOf(server), { count: 4, signedInPercent: 50 })
  expect(failures).toEqual({ 'the sign-in got status 200 and no session': 2 })
})

test('more than 20 different reasons count as one, and a long run has at most 600 steps', () => {
  let nowMs = 0
  const url = new URL('http://localhost/')
  const report = createReport({ url, requestsPerSecond: 1, seconds: 7200, started: new Date(0), nowMs: () => nowMs })
  for (; nowMs < 7_200_000; nowMs += 1000) report.add({ failure: `reason ${nowMs}`, missing: [] }, 5)
  const { failures, steps, latencyMs } = report.summary()
  expect(Object.keys(failures)).toHaveLength(21)
  expect(failures['other reasons']).toBe(7180)
  expect(steps).toHaveLength(600)
  expect(steps[1]).toEqual({ atSeconds: 12, requests: 12, failed: 12, p50: 5, p99: 5 })
  expect(latencyMs).toEqual({ p50: 5, p90: 5, p99: 5, p999: 5, max: 5 })
})

test('the picture shows figures and address as text, never as markup', () => {
  const url = new URL('http://localhost/?a=1&b=2')
  const report = createReport({ url, requestsPerSecond: 1, seconds: 1, started: new Date(0), nowMs: () => 0 })
  const picture = drawSummary(report.summary())
  expect(picture).toContain('http://localhost/?a=1&amp;b=2')
  expect(picture).toContain('0 requests in 0 s, 0 failed, 0 incomplete')
  expect(picture).not.toMatch(/NaN|Infinity/)
})

test('npm run load measures the suite, which npm start --load keeps busy', async () => {
  const port = await freeBasePort()
  await using suite = startProgram('src/main.ts', ['--base-port', String(port), '--load', '5'])
  await suite.says('5 readers a second open the page, every fifth signed in as jason.')
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-load-'))
  const [json, picture] = [join(folder, 'load.json'), join(folder, 'load.svg')]
  const page = `http://localhost:${port}/productpage`
  const args = ['--url', page, '--rps', '5', '--for', '6s', '--json', json, '--picture', picture]
  await using load = startProgram(main, args)
  expect(await load.ended).toBe(0)
  expect(load.stdout).toMatch(/^5 requests a second to .*\n30 requests in [0-9.]+ s/)
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ requests: 30, failed: 0, incomplete: 0 })
  expect(readFileSync(picture, 'utf8')).toContain('30 requests in')
  // The readers of --load are in the traces, beside those 30.
  const countTraces = async () => {
    const response = await fetch(`http://localhost:${port + 6}/api/traces?service=productpage&limit=200`)
    const { data }: { data: unknown[] } = JSON.parse(await response.text())
    return data.length
  }
  await expect.poll(countTraces, { timeout: 30_000 }).toBeGreaterThan(40)
  suite.pressCtrlC()
  expect(await suite.ended).toBe(0)
  expect(suite.stderr).toBe('')
})

test.each([
  [['--rps', '0'], '--rps must be an integer from 1 to 2000, got "0"'],
  [['--for', '2'], '--for must be a time from 1s to 24h, such as 30s or 2m, got "2"'],
  [['--url', 'localhost:9080'], '--url must be an http or https URL, got "localhost:9080"'],
  [['--rqs', '5'], 'unknown option --rqs: did you mean --rps? See npm run load -- --help'],
  [
    ['--for', '1s', '--rps', '2', '--url', 'http://127.0.0.1:1/'],
    'no request to http://127.0.0.1:1/ was answered with a page: start the suite with npm start, or give --url'
  ]
])('npm run load -- %j ends with status 1 and says why', async (args, message) => {
  await using load = startProgram(main, args)
  expect(await load.ended).toBe(1)
  expect(load.stderr).toBe(`bookinfo: ${message}\n`)
})
